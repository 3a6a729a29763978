using Coco.Governance;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Core.Tests.Replica;

/// <summary>A VN that hears of no quorum is told by another one that the network goes on.</summary>
public sealed class LeftBehindTests
{
    private static readonly NodeId Self = new(1);
    private static readonly NodeId Other = new(2);

    private bool _hasQuorum;

    [Fact]
    public void A_vn_that_the_network_counts_on_gives_it_time_to_reach_it_after_a_partition()
    {
        using var replica = new LoneReplica(Plug());
        replica.Pass(3_100);
        PassWithAnswers(replica, 4_500, Self, Other);
        Assert.Null(replica.Halted);
        PassWithAnswers(replica, 1_000, Self, Other);
        Assert.Contains("does not reach this incarnation", replica.Halted, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vn_that_the_network_has_replaced_starts_anew_at_once()
    {
        using var replica = new LoneReplica(Plug());
        replica.Pass(3_100);
        replica.Hear(GoesOn(Other));
        Assert.Contains("does not reach this incarnation", replica.Halted, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vn_that_was_reached_in_time_counts_anew_in_the_next_partition()
    {
        using var replica = new LoneReplica(Plug());
        replica.Pass(3_100);
        PassWithAnswers(replica, 4_500, Self, Other);
        _hasQuorum = true;
        replica.Pass(100);
        _hasQuorum = false;
        replica.Pass(3_100);
        PassWithAnswers(replica, 4_500, Self, Other);
        Assert.Null(replica.Halted);
    }

    /// <summary>On a slow machine the way from the start to the admission takes longer than a VN that takes part may be lonely.</summary>
    [Fact]
    public void A_vn_that_was_admitted_after_a_long_wait_is_not_lonely_yet()
    {
        using var replica = new LoneReplica(Plug(), isNew: false);
        replica.Pass(10_000);
        replica.Hear(new JoinAccepted(LoneReplica.Boot, Self, Hash256.Zero, Hash256.Zero, default, [], default));
        replica.Pass(100);
        replica.Hear(GoesOn(Other));
        Assert.Null(replica.Halted);
        replica.Pass(3_100);
        replica.Hear(GoesOn(Other));
        Assert.NotNull(replica.Halted);
    }

    private static void PassWithAnswers(LoneReplica replica, int milliseconds, params NodeId[] voters)
    {
        for (int passed = 0; passed < milliseconds; passed += 100)
        {
            replica.Hear(GoesOn(voters));
            replica.Pass(100);
        }
    }

    private static ProbeAnswer GoesOn(params NodeId[] voters) => new(
        LoneReplica.Boot, ProbeState.HasQuorum, Other, new Term(9), default, new Membership(voters, [], []), [], "birch");

    private ClaimingRaft Plug() => new(status => status with { HasQuorum = _hasQuorum });
}
