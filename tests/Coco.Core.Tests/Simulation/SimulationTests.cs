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

    [Theory]
    [InlineData("everything", 1, 3)]
    [InlineData("limits", 1, 4)]
    [InlineData("disks", 5, 8)]
    [InlineData("ethereum", 1, 3)]
    [InlineData("mixed", 1, 4)]
    [InlineData("mixed", 14, 14)] // a change of membership that only its dead leader held
    [InlineData("mixed", 89, 89)] // a read was answered by a worker that had its snapshot and not yet what followed it
    [InlineData("mixed", 100, 100)] // a voter whose own log did not say yet that it votes
    [InlineData("snapshots", 22, 22)] // a VN whose files did not reach back lost its snapshots while another was down
    [InlineData("mixed", 145, 145)] // a change of membership that nobody could commit stood in the way of every election
    [InlineData("snapshots", 108, 108)] // a VN that starts must ask one that left the list and still votes
    [InlineData("snapshots", 437, 437)] // a restarted worker counted its attempts anew and met the number of a refused one
    [InlineData("mixed", 21432, 21432)] // a VN that goes on by a sealed restart sees only one of two that run and are a quorum
    [InlineData("everything", 407, 407)] // a VN lost power just after it had gone on from a snapshot, and could not use it when it started
    [InlineData("mixed", 200225, 200225)] // a file whose end was not yet on the disk was read back whole
    [InlineData("mixed", 202085, 202085)] // the answer to an offered snapshot was lost, and it was offered again for ever
    [InlineData("mixed", 206450, 206450)] // the same, where the VN had come past the snapshot by entries
    [InlineData("mixed", 21632, 21632)] // pieces of a snapshot were lost, and asked for again only after a second
    [InlineData("network", 1, 2)]
    [InlineData("crashes", 1, 4)]
    [InlineData("workers", 1, 4)]
    [InlineData("governance", 1, 4)]
    [InlineData("governance", 42, 42)]
    [InlineData("power-cuts", 2, 3)]
    [InlineData("leaders", 1, 4)]
    [InlineData("host", 1, 4)]
    [InlineData("leavers", 1, 2)]
    [InlineData("leases", 1, 4)] // 2: one that was asked under its next incarnation's name
    [InlineData("majorities", 1, 4)]
    [InlineData("majorities", 28, 28)] // a running VN alone held a change of who takes part
    [InlineData("majorities", 86, 86)] // a VN's own log named an incarnation of it that was no more
    [InlineData("everything", 42, 42)] // a VN did not know the incarnation whose log it needed
    [InlineData("leavers", 4, 4)] // a new leader offered a snapshot that the one before had brought, again and again
    [InlineData("leavers", 166, 166)] // a VN that was away while all whom it knew left
    [InlineData("leases", 5, 5)] // the leader had been quarantined, as far as a quarantined VN's own log went: it got no evidence
    [InlineData("leases", 173, 173)] // the same of the leader's last incarnation
    [InlineData("leases", 182, 182)] // the same by a snapshot
    public void Networks_keep_their_promises_under_faults(string profile, long first, long last)
    {
        SimulationReport report = Simulator.Run(new SimulationOptions(first, last, profile));
        Assert.Empty(report.Violations);
        Assert.True(report.AcknowledgedPerSeed.Min >= 100, $"only {report.AcknowledgedPerSeed.Min} operations were acknowledged");
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
    public void Withheld_evidence_leads_to_quarantine_and_back()
    {
        SimulationReport report = Simulator.Run(new SimulationOptions(11, 16, "leases"));
        Assert.Empty(report.Violations);
        Assert.True(report.Faults["withheldEvidence"] >= 6, "evidence was hardly withheld");
        Assert.True(report.Faults["quarantined"] >= 2, "nobody was quarantined");
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
