using Coco.Consensus;
using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;
using static Coco.Core.Tests.Replica.GrownLedger;
using GovernedNetwork = Coco.Core.Tests.Governance.TestNetwork;
using LogPosition = Coco.Consensus.LogPosition;

namespace Coco.Core.Tests.Replica;

/// <summary>A VN starts whose log ends where the lease of another one had ended, and is admitted.</summary>
public sealed class OutcastTests : IDisposable
{
    private static readonly NodeId Self = new(4);

    private readonly GrownLedger _ledger = new();
    private readonly List<NodeId> _taken = [];

    public OutcastTests()
    {
        _ledger.Change(new Membership([Alder, Birch, Cedar], [], []));
        _ledger.Apply(new GovernanceEntry.LeasesEnded(GovernedNetwork.Start, new Membership([Alder, Cedar], [Alder, Birch, Cedar], []), [Birch]));
        _ledger.Change(new Membership([Alder, Cedar], [], []));
    }

    public void Dispose() => _ledger.Dispose();

    /// <summary>It was renewed since: nobody else could send what says so.</summary>
    [Fact]
    public void What_the_VN_sends_that_admitted_it_is_taken()
    {
        HearAsAdmitted(Birch, asOf: _ledger.Count + 1);
        Assert.Equal([Birch], _taken);
    }

    [Fact]
    public void What_it_sends_is_not_taken_where_another_one_admitted_this_VN()
    {
        HearAsAdmitted(Cedar, asOf: _ledger.Count + 1);
        Assert.Empty(_taken);
    }

    [Fact]
    public void Once_the_log_has_all_that_the_admission_was_of_the_log_decides()
    {
        HearAsAdmitted(Birch, asOf: _ledger.Count);
        Assert.Empty(_taken);
    }

    /// <summary>Birch leads, or says so.</summary>
    private void HearAsAdmitted(NodeId by, int asOf)
    {
        Coco.Replica.Replica replica = _ledger.Start(_ledger.Count, new ClaimingRaft(status => status, Takes));
        HearFrom(replica, by, new JoinAccepted(
            Boot, Self, _ledger.State.Network.Value, Hash256.Zero, new LogPosition(new LogIndex((ulong)asOf), new Term(2)), [], default));
        Assert.Equal(Self, replica.Self);
        HearFrom(replica, Birch, new ConsensusPeerMessage(Self, default, []));
    }

    private bool Takes(ConsensusInput input)
    {
        if (input is not ReceivedInput received) return false;
        _taken.Add(received.From);
        return true;
    }

    private void HearFrom(Coco.Replica.Replica replica, NodeId from, PeerMessage message) =>
        Hear(replica, NameOf(from), _ledger.State.Find(from)!.PublicKey, message);
}
