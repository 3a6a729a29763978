using Coco.Simulation.Faults;

namespace Coco.Simulation.Checks;

/// <summary>What a run is measured by.</summary>
internal sealed class Counters
{
    public long Events { get; set; }
    public long Acknowledged { get; set; }
    public long FaultsDrawn { get; set; }
    public long LeaderChanges { get; set; }
    public long Reconfigurations { get; set; }
    public long WorkerRestarts { get; set; }
    public long SnapshotsTaken { get; set; }
    public long SnapshotsInstalled { get; set; }
    public long WorkersRestored { get; set; }
    public long StartsFromSnapshot { get; set; }
    public SortedDictionary<string, long> Faults { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, SortedDictionary<string, long>> Coverage { get; } = new(StringComparer.Ordinal);

    /// <summary>Effects between which a process was killed.</summary>
    public SortedDictionary<string, long> CrashPoints { get; } = new(StringComparer.Ordinal);

    /// <summary>One fault, which met all of these steps.</summary>
    public void CountFault(string kind, IReadOnlyCollection<string> steps)
    {
        Add(Faults, kind, 1);
        if (steps.Count == 0) AddCell(kind, ProtocolSteps.Idle, 1);
        foreach (string step in steps) AddCell(kind, step, 1);
    }

    public void CountCrashPoint(string effect) => Add(CrashPoints, effect, 1);

    private static void Add(SortedDictionary<string, long> counts, string key, long count) => counts[key] = counts.GetValueOrDefault(key) + count;

    private void AddCell(string kind, string step, long count)
    {
        if (!Coverage.TryGetValue(kind, out SortedDictionary<string, long>? steps))
            Coverage[kind] = steps = new SortedDictionary<string, long>(StringComparer.Ordinal);
        Add(steps, step, count);
    }

    public void Add(Counters other)
    {
        Events += other.Events;
        Acknowledged += other.Acknowledged;
        FaultsDrawn += other.FaultsDrawn;
        LeaderChanges += other.LeaderChanges;
        Reconfigurations += other.Reconfigurations;
        WorkerRestarts += other.WorkerRestarts;
        SnapshotsTaken += other.SnapshotsTaken;
        SnapshotsInstalled += other.SnapshotsInstalled;
        WorkersRestored += other.WorkersRestored;
        StartsFromSnapshot += other.StartsFromSnapshot;
        foreach ((string kind, SortedDictionary<string, long> steps) in other.Coverage)
            foreach ((string step, long count) in steps) AddCell(kind, step, count);
        foreach ((string kind, long count) in other.Faults) Add(Faults, kind, count);
        foreach ((string effect, long count) in other.CrashPoints) Add(CrashPoints, effect, count);
    }
}
