using System.Diagnostics;
using System.Security.Cryptography;
using Coco.Simulation.Checks;

namespace Coco.Simulation;

/// <summary>
/// Runs whole networks of production code in one thread under a seed: many VNs, their disks, clocks, links and clients. The same
/// seed gives the same run on every machine.
/// </summary>
public static class Simulator
{
    /// <summary>Runs all seeds of the options, one after the other.</summary>
    /// <exception cref="ArgumentException">There is no such profile.</exception>
    public static SimulationReport Run(SimulationOptions options)
    {
        Profile profile = Profile.Find(options.Profile);
        var clock = Stopwatch.StartNew();
        var results = new List<SeedResult>();
        for (long seed = options.FirstSeed; seed <= options.LastSeed; seed++)
        {
            results.Add(SeedRun.Run(seed, profile, options.Nodes, options.Log));
            if (options.StopsAtViolation && results[^1].Violations.Count > 0) break;
        }
        return Summarise(options, results, clock.Elapsed.TotalSeconds);
    }

    private static SimulationReport Summarise(SimulationOptions options, List<SeedResult> results, double seconds)
    {
        List<long> acknowledged = [.. results.Select(result => result.Counters.Acknowledged).Order()];
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (SeedResult result in results) digest.AppendData(result.TraceDigest);
        var coverage = new Counters();
        foreach (SeedResult result in results) Merge(result.Counters, coverage);
        return new SimulationReport
        {
            Profile = options.Profile,
            Seeds = $"{options.FirstSeed}..{options.LastSeed}",
            Violations = [.. results.SelectMany(result => result.Violations)],
            Events = results.Sum(result => result.Counters.Events),
            SimulatedSeconds = Math.Round(results.Sum(result => result.SimulatedSeconds), 3),
            Seconds = Math.Round(seconds, 3),
            TraceDigest = "0x" + Convert.ToHexStringLower(digest.GetHashAndReset()),
            Acknowledged = acknowledged.Sum(),
            AcknowledgedPerSeed = acknowledged.Count == 0 ? new(0, 0) : new(acknowledged[0], acknowledged[acknowledged.Count / 2]),
            LeaderChanges = results.Sum(result => result.Counters.LeaderChanges),
            Reconfigurations = results.Sum(result => result.Counters.Reconfigurations),
            SnapshotsTaken = results.Sum(result => result.Counters.SnapshotsTaken),
            SnapshotsInstalled = results.Sum(result => result.Counters.SnapshotsInstalled),
            StartsFromSnapshot = results.Sum(result => result.Counters.StartsFromSnapshot),
            WorkersRestored = results.Sum(result => result.Counters.WorkersRestored),
            WorkerRestarts = results.Sum(result => result.Counters.WorkerRestarts),
            Faults = coverage.Faults,
            Coverage = coverage.Coverage.ToDictionary(fault => fault.Key, fault => (IReadOnlyDictionary<string, long>)fault.Value),
        };
    }

    private static void Merge(Counters from, Counters into)
    {
        foreach ((string kind, SortedDictionary<string, long> steps) in from.Coverage)
            foreach ((string step, long count) in steps)
                for (long i = 0; i < count; i++) into.CountFault(kind, step);
    }
}
