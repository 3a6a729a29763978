using Coco.Simulation;
using Coco.Simulation.Mutants;

namespace Coco.Core.Tests.Simulation;

/// <summary>The checks would find such faults in the product: each rule that is broken on purpose is found.</summary>
public sealed class MutationTests
{
    private const int MaxSeeds = 600;

    private static readonly MutantSource Source = MutantSource.Find(AppContext.BaseDirectory)!;
    private static readonly Lazy<MutantBuild> Build = new(() => MutantBuild.Make(Source));

    public static TheoryData<string> Names() => [.. Source.Mutations().Select(mutation => mutation.Name)];

    [Fact]
    public void Every_mutation_fits_the_source() => Assert.NotEmpty(Source.Weave());

    [Theory]
    [InlineData("", "it has no profile")]
    [InlineData("What goes wrong.\n\nprofile: network\n", "it replaces nothing")]
    [InlineData("What goes wrong.\n\nprofile: network\n\nfile: a.cs\nreplace:\nx\n", "the replacement in line 5 says nothing to put there")]
    [InlineData("What goes wrong.\n\nprofile: network\n\nfile: a.cs\nreplace:\nx\nwith:\ny\n", "the new text for a.cs does not hold BROKEN")]
    public void A_text_of_another_form_is_refused(string text, string expected)
    {
        Assert.False(Mutation.TryParse("name", text, out _, out string problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void A_text_of_the_right_form_is_read()
    {
        const string Text = "What goes\nwrong.\n\nprofile: network\n\nfile: a.cs\nreplace:\nif (x)\nwith:\nif (x && !BROKEN)\n";
        Assert.True(Mutation.TryParse("name", Text, out Mutation? mutation, out _));
        Assert.Equal("What goes wrong.", mutation.Description);
        Assert.Equal(new Replacement("a.cs", "if (x)", "if (x && !BROKEN)"), Assert.Single(mutation.Replacements));
    }

    [Theory]
    [InlineData("ack-before-fsync")]
    [InlineData("commit-old-term")]
    [InlineData("speculative-read-visible")]
    [InlineData("leavers-not-asked")]
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
