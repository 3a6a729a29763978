using Coco.Simulation;
using Xunit.Abstractions;

namespace Coco.Core.Tests.Simulation;

/// <summary>Whole networks of production code under seeds, with faults; a failure names its seed, which <c>coco simulate</c> replays.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var options = new SimulationOptions(3, 3, "network");
        Assert.Equal(Simulator.Run(options).TraceDigest, Simulator.Run(options).TraceDigest);
    }

    [Fact]
    public void Seeds_that_run_side_by_side_go_as_they_go_alone()
    {
        var options = new SimulationOptions(1, 4, "everything");
        Assert.Equal(Simulator.Run(options).TraceDigest, Simulator.Run(options with { Jobs = 3 }).TraceDigest);
    }

    [Fact]
    public void A_reduced_seed_replays_too()
    {
        var options = new SimulationOptions(7, 7, "everything") { Reduction = new Reduction(3, 2, [2, 5, 9], IsCalm: true) };
        SimulationReport report = Simulator.Run(options);
        Assert.Equal(report.TraceDigest, Simulator.Run(options).TraceDigest);
        Assert.DoesNotContain("loss", report.Faults.Keys);
        Assert.NotEqual(report.TraceDigest, Simulator.Run(options with { Reduction = new Reduction(3, 2) }).TraceDigest);
    }

    /// <summary>What faults of before looked like is in docs/operations/simulation.md; the mutations bring most of them back.</summary>
    [Theory]
    [InlineData("everything", 1, 5)]
    [InlineData("steps", 1, 5)]
    [InlineData("limits", 1, 4)]
    [InlineData("disks", 1, 4)]
    [InlineData("ethereum", 1, 3)]
    [InlineData("mixed", 1, 12)]
    [InlineData("snapshots", 1, 6)]
    [InlineData("network", 1, 2)]
    [InlineData("crashes", 1, 4)]
    [InlineData("workers", 1, 4)]
    [InlineData("governance", 1, 5)]
    [InlineData("power-cuts", 1, 2)]
    [InlineData("leaders", 1, 4)]
    [InlineData("host", 1, 6)]
    [InlineData("leavers", 1, 4)]
    [InlineData("leases", 1, 7)]
    [InlineData("majorities", 1, 3)]
    [InlineData("changes", 1, 6)]
    [InlineData("comings-and-goings", 1, 2)]
    [InlineData("installs", 1, 3)]
    [InlineData("outcasts", 1, 3)]
    [InlineData("founders", 1, 3)]
    [InlineData("admissions", 1, 3)]
    [InlineData("lapses", 1, 3)]
    public void Networks_keep_their_promises_under_faults(string profile, long first, long last)
    {
        SimulationReport report = Simulator.Run(new SimulationOptions(first, last, profile));
        Assert.Empty(report.Violations);
        Assert.True(report.AcknowledgedPerSeed.Min >= 100, $"only {report.AcknowledgedPerSeed.Min} operations were acknowledged");
        Assert.DoesNotContain(report.Impossible, cell => report.Coverage.TryGetValue(cell.Fault, out var steps) && steps.ContainsKey(cell.Step));
        Assert.True(report.Faults.Count >= 5, $"only {report.Faults.Count} kinds of faults");
        Assert.True(report.SimulatedSeconds >= 10 * (last - first + 1), $"only {report.SimulatedSeconds} s");
    }

    [Fact]
    public void Snapshots_are_written_installed_and_started_from()
    {
        SimulationReport report = Simulator.Run(new SimulationOptions(1, 4, "snapshots"));
        Assert.Empty(report.Violations);
        Assert.True(report.SnapshotsTaken >= 10, $"{report.SnapshotsTaken} were written");
        Assert.True(report.SnapshotsInstalled >= 1, $"{report.SnapshotsInstalled} were installed");
        Assert.True(report.StartsFromSnapshot >= 4, $"{report.StartsFromSnapshot} starts from one");
        Assert.True(report.WorkersRestored >= 4, $"{report.WorkersRestored} workers were restored");
    }

    [Fact]
    public void Withheld_evidence_leads_to_quarantine_and_back_and_workers_are_sent_away_and_come_back()
    {
        SimulationReport report = Simulator.Run(new SimulationOptions(11, 30, "leases"));
        Assert.Empty(report.Violations);
        Assert.True(report.Faults["withheldEvidence"] >= 6, "evidence was hardly withheld");
        Assert.True(report.Faults["quarantined"] >= 2, "nobody was quarantined");
        Assert.True(report.Faults["workerSentAway"] >= 10, "hardly a worker was sent away");
    }

    [Fact]
    [Trait("Category", "Long")]
    public void Networks_keep_their_promises_under_fresh_seeds()
    {
        long first = Random.Shared.NextInt64(1_000, 1_000_000_000);
        output.WriteLine($"mixed, seeds {first}..{first + 9}");
        SimulationReport report = Simulator.Run(new SimulationOptions(first, first + 9));
        Assert.True(report.Violations.Count == 0, $"seeds {first}..{first + 9}: {string.Join("; ", report.Violations)}");
    }
}
