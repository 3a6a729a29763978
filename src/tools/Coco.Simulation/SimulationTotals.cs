using System.Diagnostics;
using System.Security.Cryptography;
using Coco.Simulation.Checks;
using Coco.Simulation.Faults;

namespace Coco.Simulation;

/// <summary>What the seeds came to so far; they are added in their order, so that the digest says how every one of them went.</summary>
internal sealed class SimulationTotals : IDisposable
{
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Counters _counters = new();
    private readonly List<SimulationViolation> _violations = [];
    private readonly List<long> _acknowledged = [];
    private double _simulatedSeconds;

    public void Add(SeedResult result)
    {
        _digest.AppendData(result.TraceDigest);
        _counters.Add(result.Counters);
        _violations.AddRange(result.Violations);
        _acknowledged.Add(result.Counters.Acknowledged);
        _simulatedSeconds += result.SimulatedSeconds;
    }

    public SimulationReport Report(SimulationOptions options)
    {
        double seconds = Math.Max(_clock.Elapsed.TotalSeconds, 0.001);
        _acknowledged.Sort();
        return new SimulationReport
        {
            Profile = options.Profile,
            Seeds = $"{options.FirstSeed}..{options.LastSeed}",
            Violations = _violations,
            Events = _counters.Events,
            SimulatedSeconds = Math.Round(_simulatedSeconds, 3),
            Seconds = Math.Round(seconds, 3),
            EventsPerSecond = Math.Round(_counters.Events / seconds),
            NetworkHoursPerMinute = Math.Round(_simulatedSeconds / 3_600 / (seconds / 60), 3),
            TraceDigest = "0x" + Convert.ToHexStringLower(_digest.GetHashAndReset()),
            Acknowledged = _counters.Acknowledged,
            AcknowledgedPerSeed = _acknowledged.Count == 0 ? new(0, 0) : new(_acknowledged[0], _acknowledged[_acknowledged.Count / 2]),
            LeaderChanges = _counters.LeaderChanges,
            Reconfigurations = _counters.Reconfigurations,
            SnapshotsTaken = _counters.SnapshotsTaken,
            SnapshotsInstalled = _counters.SnapshotsInstalled,
            StartsFromSnapshot = _counters.StartsFromSnapshot,
            WorkersRestored = _counters.WorkersRestored,
            WorkerRestarts = _counters.WorkerRestarts,
            FaultsDrawn = _counters.FaultsDrawn,
            Faults = _counters.Faults,
            CrashPoints = _counters.CrashPoints,
            Uncovered = [.. FaultKinds.Of(Profile.Find(options.Profile)).Union(_counters.Coverage.Keys).Order(StringComparer.Ordinal).SelectMany(Uncovered)],
            Impossible = ImpossibleCell.All,
            Coverage = _counters.Coverage.ToDictionary(fault => fault.Key, fault => (IReadOnlyDictionary<string, long>)fault.Value),
        };
    }

    private IEnumerable<string> Uncovered(string fault) => ProtocolSteps.All
        .Where(step => ImpossibleCell.Find(fault, step) is null && _counters.Coverage.GetValueOrDefault(fault)?.ContainsKey(step) != true)
        .Select(step => $"{fault}/{step}");

    public void Dispose() => _digest.Dispose();
}
