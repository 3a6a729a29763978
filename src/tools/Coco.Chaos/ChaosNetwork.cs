using System.Diagnostics;
using Coco.Supervisor;

namespace Coco.Chaos;

/// <summary>A key-value network of this machine that chaos has made for itself, with all it may be asked and told.</summary>
internal sealed class ChaosNetwork : IDisposable
{
    /// <summary>For a node to be a voter again after the worst: a busy machine's measure, not a promise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private ChaosNetwork(DataDirectory data, IReadOnlyList<string> nodes, LinkMesh links)
    {
        Data = data;
        Nodes = nodes;
        Links = links;
    }

    public DataDirectory Data { get; }
    public IReadOnlyList<string> Nodes { get; }
    public LinkMesh Links { get; }

    /// <summary>Starts a new network; <paramref name="data"/> must be empty. Throws <see cref="SupervisorException"/>.</summary>
    public static async Task<ChaosNetwork> StartAsync(DataDirectory data, ChaosOptions options, string cliProgram, CancellationToken cancellation)
    {
        if (data.HasNetwork) throw new SupervisorException($"{data.Path} holds a network. Chaos makes its own: choose an empty folder with --data.");
        UpOptions up = new() { Nodes = options.Nodes, Ledger = "keyvalue", PortBase = options.PortBase };
        NetworkStatus status = await NetworkHost.UpAsync(data, up, cliProgram, cancellation);
        string[] nodes = [.. status.Nodes.Select(node => node.Name)];
        ChaosNetwork network = new(data, nodes, new LinkMesh([.. nodes.Select(data.ConfigurationFile)]));
        foreach (string node in nodes)
        {
            await network.WhileStoppedAsync(node, () => { }, cancellation);
            if (await network.WaitUntilWholeAsync(cancellation) is null) throw new SupervisorException($"{node} did not start again with its links.");
        }
        return network;
    }

    public Task<NetworkStatus> StatusAsync(CancellationToken cancellation) => StatusReader.ReadAsync(Data, cancellation);

    public async Task<StatusNode> NodeAsync(string name, CancellationToken cancellation) =>
        (await StatusAsync(cancellation)).Nodes.First(node => node.Name == name);

    /// <summary>Does something to the files of a node whose processes have ended, and starts it again.</summary>
    public async Task WhileStoppedAsync(string node, Action change, CancellationToken cancellation)
    {
        await NetworkHost.StopNodeAsync(Data, node, cancellation);
        while (await NodeAsync(node, cancellation) is { ManagerPid: not null } or { WorkerPid: not null }) await Task.Delay(Pause, cancellation);
        change();
        await NetworkHost.StartNodeAsync(Data, node, cancellation);
    }

    /// <summary>All nodes take part, none is behind what the others had committed when it was asked. Null: not in time.</summary>
    public async Task<NetworkStatus?> WaitUntilWholeAsync(CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Patience)
        {
            NetworkStatus status = await StatusAsync(cancellation);
            if (status.State == "open" && status.Nodes.All(node => node.Role is "leader" or "follower" && node is { WorkerPid: not null, CommitIndex: not null }))
                return status;
            await Task.Delay(Pause, cancellation);
        }
        return null;
    }

    /// <summary>Waits until all nodes stand at one committed and applied index; the nodes that do not get there.</summary>
    public async Task<IReadOnlyList<StatusNode>> WaitUntilEqualAsync(CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            NetworkStatus status = await StatusAsync(cancellation);
            ulong? most = status.Nodes.Max(node => node.LastIndex);
            StatusNode[] others = [.. status.Nodes.Where(node => node.CommitIndex != most || node.StateRoot != status.Nodes[0].StateRoot)];
            if ((most is not null && others.Length == 0) || Stopwatch.GetElapsedTime(start) > Patience) return others;
            await Task.Delay(Pause, cancellation);
        }
    }

    public void Dispose() => Links.Dispose();
}
