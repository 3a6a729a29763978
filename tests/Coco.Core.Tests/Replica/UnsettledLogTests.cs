using Coco.Consensus;
using Coco.Consensus.Raft;
using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;
using static Coco.Core.Tests.Replica.GrownLedger;

namespace Coco.Core.Tests.Replica;

/// <summary>After a start a VN knows less to be committed than its log holds, and its log may end in what never was.</summary>
public sealed class UnsettledLogTests : IDisposable
{
    private static readonly NodeId LostBirch = new(4), NewBirch = new(5), NewAlder = new(6);

    private readonly GrownLedger _ledger = new();

    public void Dispose() => _ledger.Dispose();

    [Fact]
    public void One_whose_lease_had_ended_is_heard_where_a_later_change_shows_that_its_renewal_is_committed()
    {
        int committed = EndAndRenewLeaseOfCedar();
        _ledger.Change(new Membership([Alder, Birch, Cedar], [Alder, Birch], []));
        Assert.Equal([Cedar], AnswersToPreVoteOfCedar(committed));
    }

    [Fact]
    public void One_whose_lease_has_ended_is_not_heard_while_its_renewal_may_not_be_committed()
    {
        int committed = EndAndRenewLeaseOfCedar();
        Assert.Empty(AnswersToPreVoteOfCedar(committed));
    }

    /// <summary>The number by which this VN's log names it was given to another VN: nobody would take an answer to that.</summary>
    [Fact]
    public void The_leader_that_admits_a_VN_is_answered_by_its_number_in_the_newer_log()
    {
        _ledger.Change(new Membership([Alder, Birch, Cedar], [], []));
        _ledger.Admit("birch-1", LostBirch, Birch, new Membership([Alder, LostBirch, Cedar], [Alder, Birch, Cedar], []));
        ReadOnlyMemory<byte> key = _ledger.State.Find(LostBirch)!.PublicKey;
        Coco.Replica.Replica replica = _ledger.Start();
        var asOf = new LogPosition(new LogIndex(20), new Term(2));
        Contact[] contacts =
        [
            new(LostBirch, "cedar-1", "", _ledger.State.Find(Cedar)!.PublicKey), new(NewBirch, "birch-1", "", key), new(NewAlder, "alder-1", "", new byte[] { 4 }),
        ];
        Hear(replica, "birch-1", key, new JoinAccepted(Boot, NewAlder, _ledger.State.Network.Value, Hash256.Zero, asOf, contacts, default));
        var heartbeat = new RaftMessage { Kind = MessageKind.Heartbeat, Term = asOf.Term, Flag = true };
        Assert.Equal([NewBirch], Answers(replica, "birch-1", key, ToConsensus(NewAlder, heartbeat)));
    }

    /// <summary>All have died while it learned, and its disk got an entry that those of the voters did not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_longer_log_is_waited_for_only_where_its_VN_votes(bool isLearner)
    {
        _ledger.Change(isLearner ? new Membership([Alder, Birch], [], [Cedar]) : new Membership([Alder, Birch, Cedar], [], []));
        Coco.Replica.Replica replica = _ledger.Start(_ledger.Count);
        var end = new LogPosition(new LogIndex((ulong)_ledger.Count), new Term(1));
        var effects = new ReplicaEffects();
        int asked = 0;
        int ticksLeft = 50; // after it takes part; a log that nobody brings in is waited for longer
        for (ulong tick = 1; ticksLeft > 0 && tick < 2_000; tick++)
        {
            if (replica.Consensus is not null) ticksLeft--;
            Answer(Birch, end);
            Answer(Cedar, end with { Index = end.Index.Next() });
            replica.Step(new Coco.Replica.TickInput(Governance.TestNetwork.Start + (tick * 10)), effects);
            for (int i = 0; i < effects.Count; i++)
            {
                if (effects[i] is DiskEffect disk) replica.Step(new DiskInput(disk.Ticket), new ReplicaEffects());
                if (effects[i] is Coco.Replica.SendEffect { Message: ConsensusPeerMessage }) asked++;
            }
            effects.Clear();
        }
        Assert.Equal(0, ticksLeft);
        Assert.Equal(isLearner, asked > 0);

        void Answer(NodeId node, LogPosition shown)
        {
            if (replica.Consensus is null)
                replica.Step(new PeerInput(NameOf(node), _ledger.State.Find(node)!.PublicKey, new ProbeAnswer(Boot, ProbeState.Restarting, node, new Term(1), shown, null, [], "")), effects);
        }
    }

    /// <returns>How many entries are known to be committed: its lease has ended by then.</returns>
    private int EndAndRenewLeaseOfCedar()
    {
        _ledger.Change(new Membership([Alder, Birch, Cedar], [], []));
        ulong now = Governance.TestNetwork.Start;
        _ledger.Apply(new GovernanceEntry.LeasesEnded(now, new Membership([Alder, Birch], [Alder, Birch, Cedar], []), [Cedar]));
        int committed = _ledger.Count;
        _ledger.Change(new Membership([Alder, Birch], [], []));
        _ledger.Apply(new GovernanceEntry.LeasesRenewed(now, new Membership([Alder, Birch], [], [Cedar]), [new Renewal(Cedar, Hash256.Zero, new byte[] { 1 })]));
        return committed;
    }

    private NodeId[] AnswersToPreVoteOfCedar(int committed)
    {
        Coco.Replica.Replica replica = _ledger.Start(committed);
        var end = new LogPosition(new LogIndex((ulong)_ledger.Count), new Term(1));
        _ledger.AnswerUntilItTakesPart(replica, end, Birch, Cedar);
        var request = new RaftMessage { Kind = MessageKind.PreVoteRequest, Term = new Term(9), Index = end.Index, LogTerm = end.Term };
        return Answers(replica, "cedar-1", _ledger.State.Find(Cedar)!.PublicKey, ToConsensus(Alder, request));
    }

    private static ConsensusPeerMessage ToConsensus(NodeId to, in RaftMessage message) => new(to, RaftMessageCodec.Encode(message, new ByteWriter()), []);

    /// <returns>To which incarnations consensus answers.</returns>
    private static NodeId[] Answers(Coco.Replica.Replica replica, string name, ReadOnlyMemory<byte> key, PeerMessage message) =>
        [.. Hear(replica, name, key, message).Where(send => send.To == name).Select(send => send.Message).OfType<ConsensusPeerMessage>().Select(answer => answer.To)];
}
