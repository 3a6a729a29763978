using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Coco.Audit;
using Coco.Boundary;
using Coco.Supervisor;

namespace Coco.Chaos;

/// <summary>A key-value network of this machine that chaos has made for itself, with all it may be asked and told.</summary>
internal sealed class ChaosNetwork : IAsyncDisposable
{
    /// <summary>For a node to be a voter again after the worst: a busy machine's measure, not a promise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>A quorum has signed all that was committed so long ago (the receipt's promise is one second).</summary>
    private static readonly TimeSpan UntilCertified = TimeSpan.FromMilliseconds(1_500);

    private NodeConfiguration[] _asMade = [];
    private readonly X509Certificate2Collection _authority = [];

    private ChaosNetwork(DataDirectory data, INodeLinks links)
    {
        Data = data;
        Links = links;
    }

    public DataDirectory Data { get; }
    public IReadOnlyList<string> Nodes { get; private set; } = [];
    public INodeLinks Links { get; }

    /// <summary>What opens the network's ledger.</summary>
    public KeyFile? Keys { get; private set; }

    /// <summary>Starts a new network; <paramref name="data"/> must be empty. Throws <see cref="SupervisorException"/>.</summary>
    /// <param name="keys">Fetches the keys of a network that runs on the loopback interface: a node gives them to nobody farther away.</param>
    public static async Task<ChaosNetwork> StartAsync(
        DataDirectory data, ChaosOptions options, string cliProgram, Func<CancellationToken, Task<KeyFile>> keys, Action<string> say,
        CancellationToken cancellation)
    {
        if (data.HasNetwork) throw new SupervisorException($"{data.Path} holds a network. Chaos makes its own: choose an empty folder with --data.");
        ChaosNetwork network = new(data, LinksFor(data, options, say));
        try
        {
            say("starting a network");
            UpOptions up = new() { Nodes = options.Nodes, Ledger = "keyvalue", PortBase = options.PortBase };
            await NetworkHost.UpAsync(data, up, cliProgram, cancellation);
            network.Keys = await keys(cancellation);
            await NetworkHost.DownAsync(data, cancellation);
            network.PutLinksBetween();
            await NetworkHost.UpAsync(data, up, cliProgram, cancellation);
            network._authority.ImportFromPemFile(network._asMade[0].CaFile);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>An application's client of a node.</summary>
    public RegisterClient ClientOf(StatusNode node) => new(new Uri(node.Rpc), _authority);

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
        ulong committed = 0;
        while (Stopwatch.GetElapsedTime(start) < Patience)
        {
            NetworkStatus status = await StatusAsync(cancellation);
            if (committed == 0) committed = status.Nodes.Max(node => node.CommitIndex) ?? 0;
            if (status.State == "open" && status.Nodes.All(node => node.Role is "leader" or "follower" && node.WorkerPid is not null && node.CommitIndex >= committed))
                return status;
            await Task.Delay(Pause, cancellation);
        }
        return null;
    }

    /// <summary>Waits until all nodes stand at one committed, applied and certified index; the nodes that do not get there.</summary>
    public async Task<IReadOnlyList<StatusNode>> WaitUntilEqualAsync(CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp(), since = start;
        ulong? last = null;
        while (true)
        {
            NetworkStatus status = await StatusAsync(cancellation);
            ulong? most = status.Nodes.Max(node => node.LastIndex);
            if (most != last) (last, since) = (most, Stopwatch.GetTimestamp());
            StatusNode[] others = [.. status.Nodes.Where(node => node.CommitIndex != most || node.StateRoot != status.Nodes[0].StateRoot)];
            bool isAtRest = most is not null && Stopwatch.GetElapsedTime(since) > UntilCertified;
            if ((isAtRest && others.Length == 0) || Stopwatch.GetElapsedTime(start) > Patience) return others;
            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>Stops what still runs; the network can be started again, without the links.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Data.HasNetwork) await NetworkHost.DownAsync(Data, CancellationToken.None);
        }
        finally
        {
            Links.Dispose();
        }
        foreach (NodeConfiguration made in _asMade)
        {
            NodeConfiguration now = NodeConfiguration.Read(Data.ConfigurationFile(made.NodeName));
            (made with { Mode = now.Mode }).Write(Data.ConfigurationFile(made.NodeName));
        }
        if (_asMade.Length > 0) (NetworkDescription.Read(Data) with { NetworkNamespaces = null }).Write(Data);
    }

    private static INodeLinks LinksFor(DataDirectory data, ChaosOptions options, Action<string> say)
    {
        string reason = "Windows has none";
        if (!OperatingSystem.IsWindows() && NamespaceLinks.TryMake(options.PortBase, options.Nodes, data.Path, out reason) is { } links)
        {
            say("Partitions are made by network namespaces.");
            return links;
        }
        say($"Partitions are made by proxies, not by network namespaces: {reason.TrimEnd('.')}.");
        return new ProxyLinks();
    }

    private void PutLinksBetween()
    {
        NetworkDescription network = NetworkDescription.Read(Data);
        Nodes = network.Nodes;
        NodeConfiguration[] made = [.. network.Nodes.Select(node => NodeConfiguration.Read(Data.ConfigurationFile(node)))];
        IReadOnlyList<NodeConfiguration> linked = Links.Build(made);
        _asMade = made;
        foreach (NodeConfiguration node in linked) node.Write(Data.ConfigurationFile(node.NodeName));
        (network with { NetworkNamespaces = Links.Namespaces }).Write(Data);
    }
}
