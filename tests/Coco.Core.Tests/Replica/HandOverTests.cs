using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Core.Tests.Replica;

/// <summary>A leader without a worker hands leadership over; where nobody has one, it comes back.</summary>
public sealed class HandOverTests
{
    [Fact]
    public void A_leader_whose_worker_does_not_come_hands_over_now_and_then_and_ever_more_seldom()
    {
        int transfers = 0;
        // It leads again at once when it was to hand over.
        var plug = new ClaimingRaft(
            status => status with { Configuration = new Configuration([new NodeId(1), new NodeId(2)], [], []) },
            input => input is TransferInput && ++transfers > 0);
        using var replica = new LoneReplica(plug);
        replica.Pass(4_900);
        Assert.Equal(0, transfers);
        replica.Pass(1_000);
        Assert.Equal(1, transfers);
        replica.Pass(10_000);
        Assert.Equal(2, transfers);
        replica.Pass(18_000);
        Assert.Equal(4, transfers);
    }
}
