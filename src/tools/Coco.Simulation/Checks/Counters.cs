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

    public void CountFault(string kind, string step)
    {
        Faults[kind] = Faults.GetValueOrDefault(kind) + 1;
        if (!Coverage.TryGetValue(kind, out SortedDictionary<string, long>? steps))
            Coverage[kind] = steps = new SortedDictionary<string, long>(StringComparer.Ordinal);
        steps[step] = steps.GetValueOrDefault(step) + 1;
    }
}
