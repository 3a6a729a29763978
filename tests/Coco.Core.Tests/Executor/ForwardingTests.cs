using Coco.Executor;
using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Core.Tests.Executor;

/// <summary>What a follower's executor sends to the leader, and when it does so again.</summary>
public sealed class ForwardingTests : ExecutorHarness
{
    [Fact]
    public void What_comes_while_nobody_leads_goes_to_the_next_leader()
    {
        Submit("a");
        Assert.Empty(Forwarded());
        Follow(term: 2, hasLeader: true);
        Assert.Equal([Id("a")], Forwarded());
        Assert.Empty(Forwarded());
    }

    [Fact]
    public void What_waits_is_sent_again_less_and_less_often()
    {
        Follow(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        var sent = new List<ulong>();
        while (Now < 40_000)
        {
            Pass(100);
            if (Forwarded().Count > 0) sent.Add(Now);
        }
        Assert.Equal([1_000UL, 3_000, 7_000, 15_000, 31_000], sent);
    }

    [Fact]
    public void A_message_has_no_more_bytes_than_the_link_should_be_held_up_by()
    {
        Follow(term: 2, hasLeader: true);
        for (int i = 0; i < 10; i++) Submit($"{i}", 250_000);
        int[] counts = [.. Flush().OfType<ForwardEffect>().Select(forward => forward.Transactions.Count)];
        Assert.Equal([4, 4, 2], counts);
    }

    [Fact]
    public void What_is_committed_is_not_sent_again()
    {
        Follow(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        Apply(new BatchNumber(1), Transaction("a"));
        Pass(5_000);
        Assert.Empty(Forwarded());
    }

    [Fact]
    public void A_refusal_of_what_was_sent_twice_says_nothing_about_the_first_sending()
    {
        Follow(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        Pass(1_500);
        Assert.Equal([Id("a")], Forwarded());
        Assert.Empty(Step(new ForwardRefusedInput(Id("a"), new Refusal(409, "executed"))).OfType<CompleteEffect>());
        CompleteEffect answer = Assert.Single(Apply(new BatchNumber(1), Transaction("a")).OfType<CompleteEffect>());
        Assert.Equal(SubmissionState.Committed, answer.Submission.State);
    }

    [Fact]
    public void A_refusal_of_the_only_sending_is_the_answer()
    {
        Follow(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        CompleteEffect answer = Assert.Single(Step(new ForwardRefusedInput(Id("a"), new Refusal(503, "full"))).OfType<CompleteEffect>());
        Assert.Equal(SubmissionState.Refused, answer.Submission.State);
        Pass(5_000);
        Assert.Empty(Forwarded());
    }
}
