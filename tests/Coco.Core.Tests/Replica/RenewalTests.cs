using Coco.Consensus.Raft;
using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Core.Tests.Replica;

/// <summary>What a leader commits of evidence (TEE-3).</summary>
public sealed class RenewalTests : IDisposable
{
    private readonly LoneReplica _replica = new(new RaftFactory(), new LeaseSettings(200, 800));

    public void Dispose() => _replica.Dispose();

    [Fact]
    public void Renewals_are_committed_and_every_VN_is_told_to_judge_them()
    {
        _replica.Pass(1_000);
        Assert.IsType<GovernanceEntry.Genesis>(_replica.Committed[0].Entry);
        EvidenceCommittedEffect renewed = _replica.Committed[1];
        Assert.IsType<GovernanceEntry.LeasesRenewed>(renewed.Entry);
        Assert.Equal(new NodeId(1), renewed.Before!.Nodes.Single().Id);
        Assert.Empty(_replica.Alerts);
    }

    [Fact]
    public void Evidence_that_held_when_it_came_and_does_not_where_its_entry_would_stand_is_not_committed()
    {
        _replica.Pass(1_000);
        int before = _replica.Committed.Count;
        _replica.Refusal = "measurement: gone from the manifest";
        _replica.Pass(1_000);
        Assert.Equal(before, _replica.Committed.Count);
        Assert.Contains(_replica.Alerts, text => text.Contains("measurement: gone", StringComparison.Ordinal));
        _replica.Refusal = null;
        _replica.Pass(1_000);
        Assert.True(_replica.Committed.Count > before);
    }
}
