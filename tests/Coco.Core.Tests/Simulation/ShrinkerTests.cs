using Coco.Simulation;

namespace Coco.Core.Tests.Simulation;

/// <summary>A failing seed is reduced to what its violation needs.</summary>
public sealed class ShrinkerTests
{
    [Fact]
    public void Only_the_faults_that_a_violation_needs_are_left()
    {
        var shrinker = new Shrinker(reduction =>
            (reduction.Nodes ?? 5) >= 3 && (reduction.Faults is not { } faults || (faults.Contains(3) && faults.Contains(17))));
        Reduction least = shrinker.Shrink(31);
        Assert.Equal([3, 17], least.Faults!.Order());
        Assert.Equal((3, 1, true), (least.Nodes, least.Clients, least.IsCalm));
        Assert.Equal(" --nodes 3 --clients 1 --calm --faults 3,17", least.ToString());
    }

    [Fact]
    public void A_seed_that_fails_without_faults_keeps_none()
    {
        Reduction least = new Shrinker(_ => true).Shrink(12);
        Assert.Empty(least.Faults!);
        Assert.Equal(" --nodes 1 --clients 1 --calm --faults none", least.ToString());
    }

    [Fact]
    public void What_fails_no_more_when_reduced_stays_whole()
    {
        var shrinker = new Shrinker(reduction => reduction == Reduction.None, most: 40);
        Assert.Equal(Reduction.None, shrinker.Shrink(12));
        Assert.True(shrinker.Tried <= 40);
    }
}
