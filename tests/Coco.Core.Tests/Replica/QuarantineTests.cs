using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;
using static Coco.Core.Tests.Replica.GrownLedger;
using LogPosition = Coco.Consensus.LogPosition;

namespace Coco.Core.Tests.Replica;

/// <summary>The lease of a VN has ended that knows a leader and a quorum.</summary>
public sealed class QuarantineTests : IDisposable
{
    private readonly GrownLedger _ledger = new();

    public void Dispose() => _ledger.Dispose();

    /// <summary>Consensus stands still in it, and would say for ever what it said last: VNs that start would wait for that network.</summary>
    [Fact]
    public void A_quarantined_VN_does_not_say_that_the_network_lives()
    {
        _ledger.Change(new Membership([Alder, Birch, Cedar], [], []));
        Coco.Replica.Replica replica = _ledger.Start(plug: new ClaimingRaft(status => status with { HasQuorum = true, Leader = Birch }));
        _ledger.AnswerUntilItTakesPart(replica, new LogPosition(new LogIndex((ulong)_ledger.Count), new Term(1)), Birch, Cedar);
        Assert.Equal(ProbeState.HasQuorum, Probe(replica));
        HearFrom(replica, Birch, new EvidenceAsk(Alder, Hash256.Zero, true, new LogIndex(1_000)));
        Assert.Equal(ProbeState.NoQuorum, Probe(replica));
    }

    private ProbeState Probe(Coco.Replica.Replica replica) =>
        HearFrom(replica, Cedar, new Probe(3, Cedar, new Term(1), new LogIndex(1), new Term(1))).Select(send => send.Message).OfType<ProbeAnswer>().Single().State;

    private List<SendEffect> HearFrom(Coco.Replica.Replica replica, NodeId from, PeerMessage message) =>
        Hear(replica, NameOf(from), _ledger.State.Find(from)!.PublicKey, message);
}
