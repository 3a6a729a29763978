namespace Coco.Supervisor;

/// <summary>The two processes of one node.</summary>
internal sealed class NodeKeeper(string name, Func<IReadOnlyList<ProcessPlan>> plans, string stoppedMark, Action<string> log)
{
    private ProcessKeeper[] _keepers = [];

    public string Name { get; } = name;

    public SupervisedNode Describe() => new(
        Name, File.Exists(stoppedMark), PidAt(0), PidAt(1), _keepers.Sum(keeper => keeper.Restarts), _keepers.ElementAtOrDefault(1)?.Uid);

    /// <summary>Starts the node unless its operator stopped it for good.</summary>
    public void StartUnlessStopped()
    {
        if (!File.Exists(stoppedMark)) Start();
    }

    public void Start()
    {
        File.Delete(stoppedMark);
        if (_keepers.Length > 0) return;
        _keepers = [.. plans().Select(plan => new ProcessKeeper(plan, log))];
        foreach (ProcessKeeper keeper in _keepers) keeper.Start();
    }

    /// <summary>Ends both processes. <paramref name="isForGood"/>: also after the supervisor starts anew.</summary>
    public async Task StopAsync(bool isForGood)
    {
        if (isForGood) await File.WriteAllTextAsync(stoppedMark, "");
        ProcessKeeper[] keepers = _keepers;
        _keepers = [];
        await Task.WhenAll(keepers.Select(keeper => keeper.StopAsync()));
        foreach (ProcessKeeper keeper in keepers) keeper.Dispose();
    }

    private int? PidAt(int position) => _keepers.ElementAtOrDefault(position)?.ProcessId;
}
