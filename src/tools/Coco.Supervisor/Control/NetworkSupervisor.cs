using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Coco.Supervisor;

/// <summary>
/// The host's process keeper for the nodes of one data directory. Untrusted, as the host is: it holds no key that matters, and the
/// worst that it can do is not to run a node. One request at a time over a socket that only this user may open.
/// </summary>
public sealed class NetworkSupervisor
{
    private readonly DataDirectory _data;
    private readonly List<NodeKeeper> _nodes = [];
    private readonly TextWriter _log;

    public NetworkSupervisor(DataDirectory data, TextWriter log)
    {
        _data = data;
        _log = TextWriter.Synchronized(log);
        foreach (string node in NetworkDescription.Read(data).Nodes) _nodes.Add(KeeperOf(node));
    }

    /// <summary>Runs until asked to stop, by the socket or by <paramref name="cancellation"/>.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using Socket listener = Listen();
        await File.WriteAllTextAsync(_data.PidFile, $"{Environment.ProcessId}", cancellation);
        foreach (int orphan in Orphans.End(_data)) Log($"ended process {orphan}, which an earlier supervisor left behind");
        foreach (NodeKeeper node in _nodes) node.StartUnlessStopped();
        try
        {
            while (await ServeAsync(await listener.AcceptAsync(cancellation), cancellation)) { }
        }
        catch (OperationCanceledException)
        {
            Log("interrupted");
        }
        finally
        {
            await Task.WhenAll(_nodes.Select(node => node.StopAsync(isForGood: false)));
            File.Delete(_data.ControlSocket);
            File.Delete(_data.PidFile);
        }
    }

    private Socket Listen()
    {
        File.Delete(_data.ControlSocket);
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_data.ControlSocket));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_data.ControlSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen();
        return listener;
    }

    /// <summary>Answers one request; false when it was to stop.</summary>
    private async Task<bool> ServeAsync(Socket socket, CancellationToken cancellation)
    {
        await using NetworkStream stream = new(socket, ownsSocket: true);
        try
        {
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Limits.ControlPatience);
            ControlRequest? request = await ReadAsync(stream, patience.Token);
            if (request is null) return true;
            ControlAnswer answer = await AnswerAsync(request);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(answer, SupervisorJson.OneLine) + "\n"), patience.Token);
            return request.Command != "stop";
        }
        catch (Exception wrong) when (wrong is IOException or JsonException || (wrong is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            Log($"a control request failed: {wrong.Message}");
            return true;
        }
    }

    private static async Task<ControlRequest?> ReadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        byte[] line = new byte[Limits.MaxControlBytes];
        int length = 0;
        while (length < line.Length)
        {
            int read = await stream.ReadAsync(line.AsMemory(length), cancellation);
            length += read;
            if (read == 0 || line.AsSpan(0, length).Contains((byte)'\n')) break;
        }
        return length == 0 ? null : JsonSerializer.Deserialize<ControlRequest>(line.AsSpan(0, length), SupervisorJson.OneLine);
    }

    private async Task<ControlAnswer> AnswerAsync(ControlRequest request)
    {
        string? error = request.Command switch
        {
            "processes" => null,
            "stop" => await StopAllAsync(),
            "start-node" => await WithNodeAsync(request.Node, node => { node.Start(); return Task.CompletedTask; }),
            "stop-node" => await WithNodeAsync(request.Node, node => node.StopAsync(isForGood: true)),
            "add-node" => AddNode(request.Node),
            "remove-node" => await WithNodeAsync(request.Node, RemoveNodeAsync),
            _ => $"unknown command {request.Command}",
        };
        return new ControlAnswer(error, [.. _nodes.Select(node => node.Describe())]);
    }

    private async Task<string?> StopAllAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.StopAsync(isForGood: false)));
        return null;
    }

    private NodeKeeper KeeperOf(string node) => new(node, () => NodeProcesses.PlansOf(_data, node), _data.StoppedMark(node), Log);

    private string? AddNode(string? name)
    {
        if (name is null || !NetworkDescription.Read(_data).Nodes.Contains(name)) return $"{name} is not a node of this network.";
        if (_nodes.Exists(node => node.Name == name)) return $"{name} runs already.";
        NodeKeeper added = KeeperOf(name);
        _nodes.Add(added);
        added.Start();
        return null;
    }

    private async Task RemoveNodeAsync(NodeKeeper node)
    {
        await node.StopAsync(isForGood: true);
        _nodes.Remove(node);
    }

    private async Task<string?> WithNodeAsync(string? name, Func<NodeKeeper, Task> act)
    {
        NodeKeeper? node = _nodes.Find(candidate => candidate.Name == name);
        if (node is null) return $"There is no node {name}; there are {string.Join(", ", _nodes.Select(candidate => candidate.Name))}.";
        await act(node);
        return null;
    }

    private void Log(string text)
    {
        _log.WriteLine($"{DateTimeOffset.UtcNow:O} {text}");
        _log.Flush();
    }
}
