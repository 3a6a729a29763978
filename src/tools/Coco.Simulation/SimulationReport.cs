using Coco.Simulation.Faults;

namespace Coco.Simulation;

/// <summary>A rule that a seed has broken; the seed replays it.</summary>
/// <param name="Step">How many events had happened.</param>
public sealed record SimulationViolation(long Seed, string Rule, long Step, string Detail);

/// <summary>Acknowledged operations of the seeds: the least, and the middle.</summary>
public sealed record AcknowledgedPerSeed(long Min, long P50);

/// <summary>What the seeds came to (docs: <c>coco simulate --json</c>).</summary>
public sealed record SimulationReport
{
    public required string Profile { get; init; }
    public required string Seeds { get; init; }
    public required IReadOnlyList<SimulationViolation> Violations { get; init; }
    public required long Events { get; init; }
    public required double SimulatedSeconds { get; init; }
    public required double Seconds { get; init; }
    /// <summary>On all cores that were used.</summary>
    public required double EventsPerSecond { get; init; }

    /// <summary>Hours in which a simulated network ran, in one minute.</summary>
    public required double NetworkHoursPerMinute { get; init; }
    public required string TraceDigest { get; init; }
    public required long Acknowledged { get; init; }
    public required AcknowledgedPerSeed AcknowledgedPerSeed { get; init; }
    public required long LeaderChanges { get; init; }
    public required long Reconfigurations { get; init; }
    public required long SnapshotsTaken { get; init; }

    /// <summary>By VNs that were too far behind for the log, or joined.</summary>
    public required long SnapshotsInstalled { get; init; }

    /// <summary>Starts of managers from a snapshot and the log after it.</summary>
    public required long StartsFromSnapshot { get; init; }
    public required long WorkerRestarts { get; init; }

    /// <summary>Workers that were given a snapshot's state.</summary>
    public required long WorkersRestored { get; init; }
    public required IReadOnlyDictionary<string, long> Faults { get; init; }

    /// <summary>Faults that the seeds drew, without those of single messages; one may have been impossible when it was due.</summary>
    public required long FaultsDrawn { get; init; }

    /// <summary>Effects of the sequencer and the executor between which a process was killed.</summary>
    public required IReadOnlyDictionary<string, long> CrashPoints { get; init; }

    /// <summary>Cells of the table of faults and steps that are empty and need not be, as fault/step.</summary>
    public required IReadOnlyList<string> Uncovered { get; init; }

    /// <summary>Cells that no seed can fill.</summary>
    public required IReadOnlyList<ImpossibleCell> Impossible { get; init; }

    /// <summary>Fault, and what a VN that it met was in the middle of: how often.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Coverage { get; init; }
}

/// <summary>Whether the checks found a rule that was broken on purpose.</summary>
/// <param name="Seed">The first seed that found it.</param>
/// <param name="Tried">Seeds that were run for it.</param>
public sealed record MutationResult(string Name, bool Found, long? Seed, int Tried, string? Rule)
{
    /// <summary>What the check that found it said.</summary>
    public string? Detail { get; init; }
}
