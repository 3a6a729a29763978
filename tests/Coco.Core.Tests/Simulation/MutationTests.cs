using Coco.Simulation;
using Coco.Simulation.Mutants;

namespace Coco.Core.Tests.Simulation;

/// <summary>The checks would find such faults in the product: each rule that is broken on purpose is found.</summary>
public sealed class MutationTests
{
    private const int MaxSeeds = 60;

    private static readonly MutantSource Source = MutantSource.Find(AppContext.BaseDirectory)!;
    private static readonly Lazy<MutantBuild> Build = new(() => MutantBuild.Make(Source));

    public static TheoryData<string> Names() => [.. Source.Mutations().Select(mutation => mutation.Name)];

    [Fact]
    public void Every_mutation_fits_the_source() => Assert.NotEmpty(Source.Weave());

    [Theory]
    [InlineData("ack-before-fsync")]
    [InlineData("commit-old-term")]
    [InlineData("speculative-read-visible")]
    public void A_broken_rule_is_found_soon(string name) => Find(name);

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Category", "Long")]
    public void A_broken_rule_is_found(string name) => Find(name);

    [Fact]
    [Trait("Category", "Long")]
    public void With_no_rule_broken_the_build_does_as_the_product_does()
    {
        string expected = Simulator.Run(new SimulationOptions(3, 3, "network")).TraceDigest;
        Assert.Equal(expected, Build.Value.Run("", "network", 3, 3, null, stops: false, TimeSpan.FromMinutes(2)).TraceDigest);
    }

    private static void Find(string name)
    {
        Mutation mutation = Source.Mutations().Single(known => known.Name == name);
        MutationResult result = Build.Value.Find(mutation, 1, MaxSeeds);
        Assert.True(result.Found, $"{name} survived {result.Tried} seeds");
    }
}
