using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Coco.Acceptance.Network;

/// <summary>A network of real processes in a temporary folder, on ports that were free; gone after the test.</summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private const int FirstPort = 10_540;
    private const int PortsPerNode = 10;

    private TestNetwork(string ledger, int nodes)
    {
        Ledger = ledger;
        Nodes = nodes;
        Data = Directory.CreateTempSubdirectory("coco-acceptance-").FullName;
        PortBase = FreePorts(nodes);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Data, File.GetUnixFileMode(Data) | UnixFileMode.OtherExecute);
    }

    public string Ledger { get; }
    public int Nodes { get; }
    public string Data { get; }
    public int PortBase { get; }

    public static async Task<TestNetwork> StartAsync(string ledger, int nodes = 3)
    {
        TestNetwork network = Prepare(ledger, nodes);
        CommandResult up = await network.UpAsync();
        if (up.ExitCode == 0) return network;
        string logs = (await CommandResult.CocoAsync("logs", "--data", network.Data)).Output;
        await network.DisposeAsync();
        throw new InvalidOperationException($"coco up ended with {up.ExitCode}: {up.Errors}\n{logs}");
    }

    /// <summary>The same under another constitution than that of a development network.</summary>
    public static async Task<TestNetwork> StartAsync(string ledger, Action<JsonNode> change)
    {
        JsonNode constitution;
        await using (TestNetwork usual = await StartAsync(ledger, nodes: 1))
            constitution = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(usual.Data, "constitution.json")))!;
        change(constitution);
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, constitution.ToJsonString());
        TestNetwork network = Prepare(ledger);
        CommandResult up = await network.UpAsync("--constitution", file);
        File.Delete(file);
        if (up.ExitCode == 0) return network;
        await network.DisposeAsync();
        throw new InvalidOperationException($"coco up ended with {up.ExitCode}: {up.Errors}");
    }

    /// <summary>A folder and ports, and nothing started.</summary>
    public static TestNetwork Prepare(string ledger, int nodes = 3) => new(ledger, nodes);

    public Task<CommandResult> UpAsync(params string[] more) => CommandResult.CocoAsync(
        ["up", "--nodes", $"{Nodes}", "--ledger", Ledger, "--data", Data, "--port-base", $"{PortBase}", "--detach", "--json", .. more]);

    public Task<CommandResult> DownAsync() => CommandResult.CocoAsync("down", "--data", Data);

    public async Task<StatusDocument> StatusAsync()
    {
        CommandResult result = await CommandResult.CocoAsync("status", "--data", Data, "--json");
        Assert.True(result.ExitCode == 0, result.Errors);
        return JsonSerializer.Deserialize<StatusDocument>(result.Output, JsonSerializerOptions.Web)!;
    }

    /// <summary>Waits until the status is as wanted; fails with the last one and the logs' ends after <paramref name="patience"/>.</summary>
    public async Task<StatusDocument> WaitAsync(string what, TimeSpan patience, Func<StatusDocument, bool> wanted)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            StatusDocument status = await StatusAsync();
            if (wanted(status)) return status;
            if (Stopwatch.GetElapsedTime(start) > patience)
                Assert.Fail($"Not so within {patience.TotalSeconds} s: {what}.\n{JsonSerializer.Serialize(status)}\n{await LastLogsAsync()}");
            await Task.Delay(100);
        }
    }

    /// <summary>All VNs are voters and a transaction sent to any of them would commit.</summary>
    public Task<StatusDocument> WaitUntilWholeAsync(TimeSpan patience) => WaitAsync(
        "all VNs are voters and open", patience,
        status => status.State == "open" && status.Nodes.All(node => node.Role is "leader" or "follower"));

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public static void Kill(int? process)
    {
        Assert.NotNull(process);
        using Process found = Process.GetProcessById(process.Value);
        found.Kill();
    }

    /// <summary>SIGSTOP, SIGCONT: what a host does to processes, or a laptop's lid to all.</summary>
    public static async Task SignalAsync(string name, IEnumerable<int?> processes)
    {
        CommandResult sent = await CommandResult.RunAsync("/bin/kill", [$"-{name}", .. processes.Select(process => $"{process}")], TimeSpan.FromSeconds(10));
        Assert.True(sent.ExitCode == 0, sent.Errors);
    }

    public async Task<string> LastLogsAsync()
    {
        string logs = (await CommandResult.CocoAsync("logs", "--data", Data)).Output;
        string[] lines = logs.Split('\n');
        return string.Join('\n', lines.GroupBy(line => line.Split(' ')[0]).SelectMany(process => process.TakeLast(15)));
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "network.json"))) await DownAsync();
        Directory.Delete(Data, recursive: true);
    }

    /// <summary>A base from which all ports that the network will take are free now.</summary>
    public static int FreePorts(int nodes)
    {
        for (int first = FirstPort + (PortsPerNode * Random.Shared.Next(200)); first < 60_000; first += nodes * PortsPerNode)
        {
            int from = first;
            if (Enumerable.Range(0, nodes * PortsPerNode).All(offset => IsFree(from + offset))) return first;
        }
        throw new InvalidOperationException("No ports are free.");
    }

    private static bool IsFree(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
