namespace Coco.Simulation.Checks;

/// <summary>What a run is measured by.</summary>
internal sealed class Counters
{
    public long Events { get; set; }
    public long Acknowledged { get; set; }
    public long LeaderChanges { get; set; }
    public long Reconfigurations { get; set; }
    public long WorkerRestarts { get; set; }
    public long SnapshotsTaken { get; set; }
    public long SnapshotsInstalled { get; set; }
    public long WorkersRestored { get; set; }
    public long StartsFromSnapshot { get; set; }
    public SortedDictionary<string, long> Faults { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, SortedDictionary<string, long>> Coverage { get; } = new(StringComparer.Ordinal);

    public void CountFault(string kind, string step, long count = 1)
    {
        Faults[kind] = Faults.GetValueOrDefault(kind) + count;
        if (!Coverage.TryGetValue(kind, out SortedDictionary<string, long>? steps))
            Coverage[kind] = steps = new SortedDictionary<string, long>(StringComparer.Ordinal);
        steps[step] = steps.GetValueOrDefault(step) + count;
    }

    public void Add(Counters other)
    {
        Events += other.Events;
        Acknowledged += other.Acknowledged;
        LeaderChanges += other.LeaderChanges;
        Reconfigurations += other.Reconfigurations;
        WorkerRestarts += other.WorkerRestarts;
        SnapshotsTaken += other.SnapshotsTaken;
        SnapshotsInstalled += other.SnapshotsInstalled;
        WorkersRestored += other.WorkersRestored;
        StartsFromSnapshot += other.StartsFromSnapshot;
        foreach ((string kind, SortedDictionary<string, long> steps) in other.Coverage)
            foreach ((string step, long count) in steps) CountFault(kind, step, count);
    }
}
