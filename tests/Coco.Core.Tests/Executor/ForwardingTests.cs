using Coco.Executor;
using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Core.Tests.Executor;

/// <summary>What a follower's executor sends to the leader, and what it asks it for again.</summary>
public sealed class ForwardingTests : ExecutorHarness
{
    private const int LargeBytes = 250_000;

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
    public void The_leader_is_asked_less_and_less_often_about_what_waits()
    {
        Follow(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        var asked = new List<ulong>();
        while (Now < 40_000)
        {
            Pass(100);
            foreach (ForwardEffect message in Messages())
            {
                Assert.Empty(message.Transactions);
                Assert.Equal([Id("a")], message.Asked);
                asked.Add(Now);
            }
        }
        Assert.Equal([1_000UL, 3_000, 7_000, 15_000, 31_000], asked);
    }

    [Fact]
    public void What_the_leader_lacks_goes_there_again()
    {
        Follow(term: 2, hasLeader: true);
        Submit("a");
        Submit("b");
        Assert.Equal([Id("a"), Id("b")], Forwarded());
        Pass(1_000);
        Assert.Equal([Id("a"), Id("b")], Assert.Single(Messages()).Asked);
        Answer("b");
        Pass(100);
        Assert.Equal([Id("b")], Forwarded());
        Answer("b");
        Pass(100);
        Assert.Empty(Forwarded());
    }

    [Fact]
    public void A_message_has_no_more_bytes_than_the_link_should_be_held_up_by()
    {
        Follow(term: 2, hasLeader: true);
        for (int i = 0; i < 10; i++) Submit($"{i}", LargeBytes);
        Assert.Equal([4, 4, 2], Messages().Select(message => message.Transactions.Count));
    }

    [Fact]
    public void No_more_is_on_the_way_than_the_leader_takes()
    {
        FillTheWay(100);
        Pass(100);
        Assert.Empty(Forwarded());
        Answer();
        Pass(100);
        Assert.Equal(Enumerable.Range(20, 4).Select(i => Id($"{i}")), Forwarded());
    }

    [Fact]
    public void Messages_that_are_not_answered_are_lost_after_a_second()
    {
        FillTheWay(100);
        Pass(999);
        Assert.Empty(Messages());
        Pass(1);
        List<ForwardEffect> messages = Messages();
        Assert.Equal(Enumerable.Range(20, 20).Select(i => Id($"{i}")), messages.SelectMany(message => message.Transactions).Select(one => one.Id));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => Id($"{i}")), messages.SelectMany(message => message.Asked));
    }

    [Fact]
    public void What_was_on_the_way_to_an_old_leader_takes_no_room_of_a_new_one()
    {
        FillTheWay(100);
        Follow(term: 3, hasLeader: true);
        Pass(100);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => Id($"{i}")), Forwarded());
    }

    [Fact]
    public void What_was_committed_before_there_was_room_is_not_sent()
    {
        FillTheWay(24);
        Apply(new BatchNumber(1), Transaction("20", LargeBytes));
        Answer();
        Pass(100);
        Assert.Equal(Enumerable.Range(21, 3).Select(i => Id($"{i}")), Forwarded());
    }

    [Fact]
    public void A_leader_answers_with_what_it_lacks_and_what_it_can_not_take()
    {
        Lead(term: 2);
        List<ExecutorEffect> effects = Step(new ForwardedInput(new NodeId(2), [Transaction("a"), Transaction("b")], [Id("b"), Id("c")]));
        AnswerForwardEffect answer = Assert.Single(effects.OfType<AnswerForwardEffect>());
        Assert.Equal(new NodeId(2), answer.To);
        Assert.Equal([Id("c")], answer.Wanted);
        Assert.Empty(answer.Refused);
        Apply(new BatchNumber(1), Transaction("a"));
        answer = Assert.Single(Step(new ForwardedInput(new NodeId(2), [Transaction("a")], [])).OfType<AnswerForwardEffect>());
        Assert.Equal(Id("a"), Assert.Single(answer.Refused).Id);
    }

    [Fact]
    public void Who_does_not_lead_answers_nothing()
    {
        Follow(term: 2, hasLeader: true);
        Assert.Empty(Step(new ForwardedInput(new NodeId(2), [Transaction("a")], [Id("b")])).OfType<AnswerForwardEffect>());
    }

    [Fact]
    public void What_is_committed_is_not_asked_about()
    {
        Follow(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        Apply(new BatchNumber(1), Transaction("a"));
        Pass(5_000);
        Assert.Empty(Messages());
    }

    [Fact]
    public void A_refusal_of_what_was_sent_twice_says_nothing_about_the_first_sending()
    {
        Follow(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        Pass(1_500);
        Assert.Equal([Id("a")], Assert.Single(Messages()).Asked);
        Answer("a");
        Pass(100);
        Assert.Equal([Id("a")], Forwarded());
        Assert.Empty(Refuse("a", new Refusal(409, "executed")));
        CompleteEffect answer = Assert.Single(Apply(new BatchNumber(1), Transaction("a")).OfType<CompleteEffect>());
        Assert.Equal(SubmissionState.Committed, answer.Submission.State);
    }

    [Fact]
    public void A_refusal_of_the_only_sending_is_the_answer()
    {
        Follow(term: 2, hasLeader: true);
        Submit("a");
        Assert.Equal([Id("a")], Forwarded());
        Assert.Equal(SubmissionState.Refused, Assert.Single(Refuse("a", new Refusal(503, "full"))).Submission.State);
        Pass(5_000);
        Assert.Empty(Messages());
    }

    /// <summary>Of so many large transactions the first 20, five messages, are on the way.</summary>
    private void FillTheWay(int count)
    {
        Follow(term: 2, hasLeader: true);
        for (int i = 0; i < count; i++) Submit($"{i}", LargeBytes);
        Assert.Equal(20, Forwarded().Count);
    }

    private List<ForwardEffect> Messages() => [.. Flush().OfType<ForwardEffect>()];

    private void Answer(params string[] wanted) => Step(new ForwardAnsweredInput([.. wanted.Select(Id)], []));

    private List<CompleteEffect> Refuse(string id, Refusal refusal) =>
        [.. Step(new ForwardAnsweredInput([], [(Id(id), refusal)])).OfType<CompleteEffect>()];
}
