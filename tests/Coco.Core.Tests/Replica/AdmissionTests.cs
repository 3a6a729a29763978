using Coco.Consensus;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Core.Tests.Replica;

/// <summary>Whom a leader admits (architecture, Restart).</summary>
public sealed class AdmissionTests
{
    /// <summary>
    /// A new incarnation counts as a voter from its entry on, and its disk may still be busy: when all lose power now, nobody can go on as it.
    /// Were another VN admitted meanwhile, two numbers would be gone that a quorum needs.
    /// </summary>
    [Fact]
    public void Nobody_is_admitted_while_the_quorum_without_it_needs_a_VN_that_has_acknowledged_nothing()
    {
        LogIndex match = default;
        var plug = new ClaimingRaft(status => status with
        {
            Configuration = new Configuration([new NodeId(1), new NodeId(2)], [], []),
            Progress = [new PeerStatus(new NodeId(2), match, IsHeard: true)],
        });
        using var replica = new LoneReplica(plug, others: ["birch", "cedar"]);
        replica.Pass(1_000);
        replica.Hear(new JoinRequest(1, default, default), "cedar-1");
        Assert.Equal("no quorum lives without it", Assert.Single(replica.Sent.OfType<JoinRefused>()).Reason);

        match = new LogIndex(1);
        replica.Hear(new JoinRequest(1, default, default), "cedar-1");
        Assert.Single(replica.Sent.OfType<JoinRefused>());
    }
}
