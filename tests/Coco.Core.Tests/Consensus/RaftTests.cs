using Coco.Consensus;
using Coco.Consensus.Raft;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

/// <summary>What scenarios say badly: bounds, and what costs nothing.</summary>
public sealed class RaftTests
{
    private static readonly NodeId One = new(1);
    private static readonly NodeId Two = new(2);

    [Fact]
    public void Idle_ticks_of_a_follower_and_of_a_lone_leader_allocate_nothing()
    {
        SimulatedNode leader = Alone(new ConsensusSettings());
        IConsensus learner = new RaftFactory().Create(new ConsensusStart(
            Two, default, default, new Configuration([One], [], [Two]), [], 1, new ConsensusSettings()));
        ConsensusEffects effects = new();
        Tick(leader.Plug, effects, 500);
        Tick(learner, effects, 500);
        long allocated = Allocations.LeastOf(() =>
        {
            Tick(leader.Plug, effects, 1000);
            Tick(learner, effects, 1000);
        });
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_leader_cut_off_from_its_disk_refuses_more_than_it_may_hold_uncommitted()
    {
        SimulatedNode node = Alone(new ConsensusSettings());
        byte[] frame = new byte[1 << 20];
        Term term = node.Plug.Status.Term;
        RefusedEffect? refused = null;
        node.Observe = effect => refused = effect as RefusedEffect ?? refused;
        int accepted = 0;
        while (refused is null && accepted < 1000)
        {
            node.Step(new ProposeInput([new ConsensusEntry(term, node.Plug.Status.Last.Index.Next(), null, frame)]));
            accepted++;
        }
        Assert.Equal(ProposalRefusal.TooManyUncommitted, refused?.Reason);
        Assert.InRange(accepted, 32, 64);
        refused = null;
        node.Sync();
        node.Propose("after the disk came back");
        Assert.Null(refused);
    }

    [Fact]
    public void A_follower_that_does_not_answer_is_sent_no_more_bytes_than_it_may_hold_back()
    {
        var settings = new ConsensusSettings { MaxInflightBytes = 4 << 20, MaxUncommittedBytes = 64 << 20 };
        var configuration = new Configuration([One, Two], [], []);
        SimulatedNode leader = new(One, configuration, new RaftFactory(), settings, 1), follower = new(Two, configuration, new RaftFactory(), settings, 2);
        var sent = new Queue<ConsensusMessage>();
        int inflight = 0;
        leader.Observe = effect =>
        {
            if (effect is not SendEffect send) return;
            sent.Enqueue(send.Message);
            inflight += send.Message.Entries.Sum(entry => entry.Frame.Length);
        };
        follower.Observe = effect =>
        {
            if (effect is SendEffect send) leader.Step(new ReceivedInput(Two, send.Message));
        };
        void Exchange()
        {
            leader.Sync();
            while (sent.TryDequeue(out ConsensusMessage? message))
            {
                follower.Step(new ReceivedInput(One, message));
                follower.Sync();
            }
        }
        while (leader.Plug.Status.Role != ConsensusRole.Leader)
        {
            leader.Step(TickInput.Instance);
            Exchange();
        }
        leader.Propose("first");
        Exchange();
        inflight = 0;
        for (int i = 0; i < 20; i++)
            leader.Step(new ProposeInput([new ConsensusEntry(leader.Plug.Status.Term, leader.Plug.Status.Last.Index.Next(), null, new byte[1 << 20])]));
        Assert.Equal(4 << 20, inflight);
        Exchange();
        Assert.Equal(20 << 20, inflight);
        Assert.Equal(leader.Plug.Status.Last.Index, follower.Plug.Status.Last.Index);
    }

    [Fact]
    public void The_part_of_a_proposal_before_the_refused_entry_enters_the_log()
    {
        SimulatedNode node = Alone(new ConsensusSettings());
        Term term = node.Plug.Status.Term;
        RefusedEffect? refused = null;
        node.Observe = effect => refused = effect as RefusedEffect ?? refused;
        node.Step(new ProposeInput([
            SimulatedNode.Entry(term, new LogIndex(2), "a"),
            SimulatedNode.Entry(term, new LogIndex(3), "b"),
            SimulatedNode.Entry(term, new LogIndex(5), "gap")]));
        Assert.Equal(new LogIndex(3), node.View.Last.Index);
        Assert.Equal(new RefusedEffect(new LogIndex(5), ProposalRefusal.OutOfPlace), refused);
    }

    [Fact]
    public void A_new_incarnation_with_a_copied_ledger_begins_in_its_last_term_without_a_vote()
    {
        ConsensusEntry[] entries = [SimulatedNode.Entry(new Term(5), new LogIndex(1), "a")];
        IConsensus plug = new RaftFactory().Create(new ConsensusStart(
            Two, default, default, new Configuration([One, Two], [], []), entries, 1, new ConsensusSettings()));
        Assert.Equal(new Term(5), plug.Status.Term);
        Assert.Equal(new LogIndex(1), plug.Status.Persisted);
        Assert.Equal(LogIndex.Zero, plug.Status.Commit);
    }

    [Fact]
    public void Answers_for_tickets_that_were_never_given_out_stop_the_enclave()
    {
        SimulatedNode node = Alone(new ConsensusSettings());
        Assert.Throws<InvariantException>(() => node.Step(new PersistedInput(1000)));
    }

    [Fact]
    public void A_snapshot_in_a_newer_term_ends_a_candidacy()
    {
        IConsensus plug = new RaftFactory().Create(new ConsensusStart(
            One, default, default, new Configuration([One, Two], [], []), [], 1, new ConsensusSettings()));
        ConsensusEffects effects = new();
        while (plug.Status.Role == ConsensusRole.Follower) plug.Step(TickInput.Instance, effects);
        LogPosition snapshot = new(new LogIndex(10), new Term(4));
        plug.Step(new SnapshotInstalledInput(snapshot, new Configuration([One, Two], [], [])), effects);
        Assert.Equal(ConsensusRole.Follower, plug.Status.Role);
        Assert.Equal(new Term(4), plug.Status.Term);
        Assert.Equal(snapshot, plug.Status.Last);
        Assert.Equal(snapshot.Index, plug.Status.Commit);
    }

    [Fact]
    public void Timeouts_differ_between_seeds_and_repeat_with_the_same()
    {
        int[] firsts = [.. Enumerable.Range(1, 20).Select(seed => TicksToCampaign((ulong)seed))];
        Assert.True(firsts.Distinct().Count() > 5);
        Assert.All(firsts, ticks => Assert.InRange(ticks, 60, 119));
        Assert.Equal(firsts, Enumerable.Range(1, 20).Select(seed => TicksToCampaign((ulong)seed)));
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void A_node_that_was_shown_a_newer_log_takes_no_side_for_an_older_one(int candidatesEntries, bool isGranted)
    {
        IConsensus plug = Shown(new LogPosition(new LogIndex(5), new Term(1)));
        IConsensus candidate = new RaftFactory().Create(new ConsensusStart(
            Two, default, default, new Configuration([One, Two], [], []), Entries(candidatesEntries), 1, new ConsensusSettings()));
        ConsensusEffects asked = new(), answered = new();
        while (candidate.Status.Role == ConsensusRole.Follower) candidate.Step(TickInput.Instance, asked);
        plug.Step(new ReceivedInput(Two, Sent(asked)), answered);
        Assert.True(RaftMessageCodec.TryDecode(Sent(answered).Header.Span, out RaftMessage answer));
        Assert.Equal((MessageKind.PreVoteReply, isGranted), (answer.Kind, answer.Flag));
    }

    [Fact]
    public void A_node_that_was_shown_a_newer_log_leaves_the_lead_to_it_for_a_while()
    {
        IConsensus plug = Shown(new LogPosition(new LogIndex(5), new Term(1)));
        ConsensusEffects effects = new();
        Tick(plug, effects, 900);
        Assert.Equal(ConsensusRole.Follower, plug.Status.Role);
        Tick(plug, effects, 300);
        Assert.Equal(ConsensusRole.PreCandidate, plug.Status.Role);
    }

    [Fact]
    public void After_a_sealed_restart_the_first_election_does_not_wait_for_a_timeout()
    {
        IConsensus plug = Shown(new LogPosition(new LogIndex(3), new Term(1)));
        Tick(plug, new ConsensusEffects(), new ConsensusSettings().HeartbeatTicks + 1);
        Assert.Equal(ConsensusRole.PreCandidate, plug.Status.Role);
    }

    /// <summary>Node 1 with three entries, after a sealed restart in which another one showed this end of its log.</summary>
    private static IConsensus Shown(LogPosition last) => new RaftFactory().Create(new ConsensusStart(
        One, default, default, new Configuration([One, Two], [], []), Entries(3), 1, new ConsensusSettings())
    { Shown = last });

    private static ConsensusEntry[] Entries(int count) =>
        [.. Enumerable.Range(1, count).Select(index => SimulatedNode.Entry(new Term(1), new LogIndex((ulong)index), "e"))];

    private static ConsensusMessage Sent(ConsensusEffects effects)
    {
        for (int i = 0; i < effects.Count; i++)
            if (effects[i] is SendEffect send) return send.Message;
        throw new InvariantException("a message was sent");
    }

    private static int TicksToCampaign(ulong seed)
    {
        IConsensus plug = new RaftFactory().Create(new ConsensusStart(
            One, default, default, new Configuration([One, Two], [], []), [], seed, new ConsensusSettings()));
        ConsensusEffects effects = new();
        int ticks = 0;
        for (; plug.Status.Role == ConsensusRole.Follower; ticks++) plug.Step(TickInput.Instance, effects);
        return ticks;
    }

    /// <summary>A network of one, elected, its first entry committed.</summary>
    private static SimulatedNode Alone(ConsensusSettings settings)
    {
        SimulatedNode node = new(One, new Configuration([One], [], []), new RaftFactory(), settings, 1);
        while (node.Plug.Status.Role == ConsensusRole.Follower) node.Step(TickInput.Instance);
        node.Sync();
        node.Propose("first");
        node.Sync();
        Assert.Equal(new LogIndex(1), node.Commit);
        return node;
    }

    private static void Tick(IConsensus plug, ConsensusEffects effects, int count)
    {
        for (; count > 0; count--)
        {
            effects.Clear();
            plug.Step(TickInput.Instance, effects);
        }
    }
}
