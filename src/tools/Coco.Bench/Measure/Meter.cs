namespace Coco.Bench;

/// <summary>Everything that is read before and after the clock, and the differences.</summary>
internal sealed class Meter
{
    public const string Client = "client";

    private readonly BenchNetwork _network;
    private readonly Dictionary<string, int> _processes = [];
    private readonly Dictionary<string, ProcessUsage> _before = [];
    private readonly Dictionary<string, ProcessUsage> _after = [];
    private readonly Dictionary<string, (NodeMetrics? Before, NodeMetrics? After)> _metrics = [];
    private readonly List<double> _diskBytes = [];

    public Meter(BenchNetwork network, IReadOnlyDictionary<string, int> processes)
    {
        _network = network;
        _processes[Client] = Environment.ProcessId;
        foreach (BenchNode node in network.Nodes)
        {
            if (node.ManagerPid is { } manager) _processes[$"{node.Name}/manager"] = manager;
            if (node.WorkerPid is { } worker) _processes[$"{node.Name}/worker"] = worker;
        }
        foreach ((string name, int process) in processes) _processes[name] = process;
    }

    public async Task BeginAsync(CancellationToken cancellation)
    {
        foreach (BenchNode node in _network.Nodes)
        {
            _metrics[node.Name] = (await NodeMetrics.FetchAsync(node, cancellation), null);
            if (node.LedgerDirectory is { } folder) _diskBytes.Add(-BytesIn(folder));
        }
        Read(_before);
    }

    public async Task EndAsync(CancellationToken cancellation)
    {
        Read(_after);
        int disk = 0;
        foreach (BenchNode node in _network.Nodes)
        {
            _metrics[node.Name] = (_metrics[node.Name].Before, await NodeMetrics.FetchAsync(node, cancellation));
            if (node.LedgerDirectory is { } folder) _diskBytes[disk++] += BytesIn(folder);
        }
    }

    public double GeneratorCpuSeconds => CpuOf(Client);

    /// <summary>Null where no process of a node is known.</summary>
    public double? NodesCpuSeconds => Measured.Any(name => name != Client) ? Measured.Where(name => name != Client).Sum(CpuOf) : null;

    public IReadOnlyDictionary<string, double> CpuMicrosecondsPer(int transactions) =>
        Measured.ToDictionary(name => name, name => Math.Round(CpuOf(name) * 1e6 / Math.Max(transactions, 1), 1));

    public IReadOnlyDictionary<string, long> PeakMemory() => Measured.ToDictionary(name => name, name => _after[name].PeakBytes);

    public IReadOnlyDictionary<string, long> MemoryGrowth() =>
        Measured.ToDictionary(name => name, name => _after[name].ResidentBytes - _before[name].ResidentBytes);

    /// <summary>Bytes of ledger files that each node wrote, in the mean.</summary>
    public double? DiskBytesPer(int transactions) =>
        _diskBytes.Count == 0 ? null : Math.Round(_diskBytes.Average() / Math.Max(transactions, 1), 1);

    public IReadOnlyDictionary<string, long>? Fsyncs()
    {
        Dictionary<string, long> found = [];
        foreach ((string node, (NodeMetrics? before, NodeMetrics? after)) in _metrics)
            if (after?.Fsyncs - before?.Fsyncs is { } count) found[node] = count;
        return found.Count == 0 ? null : found;
    }

    /// <summary>Messages over the boundary of the busiest node (the leader).</summary>
    public double? BoundaryMessagesPer(int transactions) =>
        Most(metrics => metrics.BoundaryMessages) is { } messages ? Math.Round((double)messages / Math.Max(transactions, 1), 4) : null;

    public Batches? BatchesOf(int transactions) =>
        Most(metrics => metrics.Batches) is { } count and > 0 ? new Batches(count, Math.Round((double)transactions / count, 1)) : null;

    private IEnumerable<string> Measured => _processes.Keys.Where(name => _before.ContainsKey(name) && _after.ContainsKey(name));

    private long? Most(Func<NodeMetrics, long?> counter) => _metrics.Values
        .Select(pair => pair is ({ } before, { } after) ? counter(after) - counter(before) : null).Max();

    private double CpuOf(string name) => _after[name].CpuSeconds - _before[name].CpuSeconds;

    private void Read(Dictionary<string, ProcessUsage> into)
    {
        foreach ((string name, int process) in _processes)
            if (ProcessUsage.Of(process) is { } usage) into[name] = usage;
    }

    private static double BytesIn(string folder) => Directory.Exists(folder)
        ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0) : 0;
}
