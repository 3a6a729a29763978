namespace Coco.Core.Tests.Consensus;

/// <summary>Each text in tests/data/raft is a test.</summary>
public sealed class RaftScenarioTests
{
    public static TheoryData<string> Scenarios() =>
        [.. Directory.GetFiles(ScenarioRunner.Folder, "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Scenario_gives_the_expected_output(string name) => ScenarioRunner.Run(Path.Combine(ScenarioRunner.Folder, name + ".txt"));

    [Fact]
    public void There_are_scenarios() => Assert.True(Scenarios().Count >= 25);
}
