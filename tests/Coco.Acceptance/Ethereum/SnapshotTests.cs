using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Coco.Acceptance.Network;
using Xunit.Abstractions;

namespace Coco.Acceptance.Ethereum;

/// <summary>
/// A network that writes its state down every few entries: processes come back from snapshots, a fourth VN joins through one, and
/// every VN ends with the same state and the same whole ledger.
/// </summary>
public sealed class SnapshotTests(ITestOutputHelper output)
{
    private const int Interval = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Nodes_and_workers_come_back_and_join_through_snapshots()
    {
        await using TestNetwork network = TestNetwork.Prepare("ethereum", 3);
        Assert.Equal(0, (await network.UpAsync("--snapshot-entries", $"{Interval}")).ExitCode);
        await LoadAsync(network, 400);
        StatusDocument status = await network.WaitUntilWholeAsync(Patience);
        string early = await TransactionOfBlockAsync(status.Nodes[0], 3);
        await WaitForSnapshotsAsync(network, Interval);

        TestNetwork.Kill(status.Nodes[0].WorkerPid);
        await network.WaitAsync("the worker is back", Patience, now => now.Nodes[0].Restarts > 0);
        status = await network.WaitUntilWholeAsync(Patience);
        TestNetwork.Kill(status.Nodes[1].ManagerPid);
        await network.WaitAsync("the node is back", Patience, now => now.Nodes[1].Restarts > 0);
        status = await network.WaitUntilWholeAsync(Patience);
        await LoadAsync(network, 100);
        foreach (int? process in status.Nodes.SelectMany(node => new[] { node.ManagerPid, node.WorkerPid })) TestNetwork.Kill(process);
        status = await network.WaitUntilWholeAsync(Patience);
        foreach (NodeDocument node in status.Nodes)
        {
            string log = await File.ReadAllTextAsync(Path.Combine(network.Data, node.Name, "manager.log"));
            Assert.Contains("Starts from the snapshot of entry", log, StringComparison.Ordinal);
        }
        output.WriteLine($"rejoin ms {string.Join(", ", status.Nodes.Select(node => $"{node.LastRejoinMs:0}"))}");

        Assert.Equal(0, (await CommandResult.CocoAsync("node", "add", "node4", "--data", network.Data)).ExitCode);
        status = await network.WaitAsync("the fourth VN votes", Patience, now =>
            now.State == "open" && now.Nodes.Length == 4 && now.Nodes[3].Role is "leader" or "follower");
        Assert.Contains(
            "Goes on from the snapshot of entry", await File.ReadAllTextAsync(Path.Combine(network.Data, "node4", "manager.log")), StringComparison.Ordinal);
        await LoadAsync(network, 60);
        await AssertEqualAsync(network, early);
        await AssertLedgersAsync(network);
    }

    private static async Task LoadAsync(TestNetwork network, int count)
    {
        CommandResult load = await CommandResult.CocoAsync(
            "bench", "--data", network.Data, "--workload", "transfer", "--count", $"{count}", "--connections", "2", "--warm-up", "0", "--json");
        Assert.True(load.ExitCode == 0, load.Errors);
        using JsonDocument report = JsonDocument.Parse(load.Output);
        Assert.Equal(count, report.RootElement.GetProperty("committed").GetInt32());
    }

    private static async Task WaitForSnapshotsAsync(TestNetwork network, int interval)
    {
        string[] folders = [.. Enumerable.Range(1, 3).Select(node => Path.Combine(network.Data, $"node{node}", "manager", "snapshots"))];
        await network.WaitAsync("every VN keeps a snapshot that it can prove", Patience, _ =>
            folders.All(folder => Directory.GetFiles(folder, "*.proof").Length > 0));
        foreach (string folder in folders)
            Assert.All(Directory.GetFiles(folder, "*.proof"), file => Assert.True(IndexOf(file) >= interval, file));
    }

    private static int IndexOf(string file) => int.Parse(Path.GetFileName(file).Split('_', '.')[1], CultureInfo.InvariantCulture);

    /// <summary>All VNs are at one block, and the receipt of a transaction from before all snapshots is found everywhere.</summary>
    private static async Task AssertEqualAsync(TestNetwork network, string early)
    {
        StatusDocument status = await network.WaitUntilWholeAsync(Patience);
        ulong height = 0;
        foreach (NodeDocument node in status.Nodes) height = Math.Max(height, await HeightAsync(node));
        var roots = new HashSet<string>();
        var receipts = new HashSet<string>();
        foreach (NodeDocument node in status.Nodes)
        {
            await UntilAsync($"{node.Name} is at block {height}", async () => await HeightAsync(node) >= height);
            using JsonDocument block = await CallAsync(node, "eth_getBlockByNumber", $"0x{height:x}", false);
            roots.Add(block.RootElement.GetProperty("result").GetProperty("stateRoot").GetString()!);
            JsonElement receipt = default;
            await UntilAsync($"{node.Name} finds the receipt", async () =>
            {
                using JsonDocument answer = await CallAsync(node, "eth_getTransactionReceipt", early);
                receipt = answer.RootElement.GetProperty("result").Clone();
                return receipt.ValueKind == JsonValueKind.Object;
            });
            receipts.Add(receipt.GetRawText());
        }
        Assert.Single(roots);
        Assert.Single(receipts);
    }

    private static async Task AssertLedgersAsync(TestNetwork network)
    {
        string keys = Path.Combine(network.Data, "keys.json");
        CommandResult told = await CommandResult.CocoAsync("ledger", "keys", "--data", network.Data, "--output", keys);
        Assert.True(told.ExitCode == 0, told.Errors);
        foreach (NodeDocument node in (await network.StatusAsync()).Nodes)
        {
            CommandResult verified = await CommandResult.CocoAsync("ledger", "verify", node.LedgerDirectory);
            Assert.True(verified.ExitCode == 0, $"{node.Name}: {verified.Output}{verified.Errors}");
            CommandResult replayed = await CommandResult.CocoAsync("ledger", "replay", node.LedgerDirectory, "--keys", keys);
            Assert.True(replayed.ExitCode == 0, $"{node.Name}: {replayed.Output}{replayed.Errors}");
        }
    }

    private static async Task<string> TransactionOfBlockAsync(NodeDocument node, ulong from)
    {
        for (ulong number = from; number < from + 50; number++)
        {
            using JsonDocument block = await CallAsync(node, "eth_getBlockByNumber", $"0x{number:x}", false);
            JsonElement transactions = block.RootElement.GetProperty("result").GetProperty("transactions");
            if (transactions.GetArrayLength() > 0) return transactions[0].GetString()!;
        }
        throw new InvalidOperationException("No early block holds a transaction.");
    }

    private static async Task<ulong> HeightAsync(NodeDocument node)
    {
        using JsonDocument answer = await CallAsync(node, "eth_blockNumber");
        return ulong.Parse(answer.RootElement.GetProperty("result").GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private static async Task<JsonDocument> CallAsync(NodeDocument node, string method, params object[] arguments)
    {
        using HttpClient client = new();
        using HttpResponseMessage answer = await client.PostAsJsonAsync(
            node.DevelopmentRpc, new { jsonrpc = "2.0", id = 1, method, @params = arguments });
        return JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> holds)
    {
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!await holds())
        {
            Assert.True(Environment.TickCount64 < end, $"Not so in time: {what}");
            await Task.Delay(100);
        }
    }
}
