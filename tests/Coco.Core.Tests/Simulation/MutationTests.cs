using Coco.Simulation;

namespace Coco.Core.Tests.Simulation;

/// <summary>The checks would find such faults in the product: each rule that is broken on purpose is found.</summary>
public sealed class MutationTests
{
    public static TheoryData<string> Names() => [.. Mutations.All.Select(mutation => mutation.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_broken_rule_is_found(string name)
    {
        MutationResult result = Assert.Single(Simulator.RunMutations([Mutations.Find(name)], 1, 12));
        Assert.True(result.Found, $"{name} survived {result.Tried} seeds");
    }
}
