using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using Coco.Acceptance.KeyValue;
using Coco.Acceptance.Network;
using Coco.Crypto;

namespace Coco.Acceptance.Ethereum;

/// <summary>States, proofs and logs of old blocks on a running network, before and after a restart: none of it is kept in memory.</summary>
[Collection(KeyValueNetwork.Collection)] // one network at a time: the machine is small
public sealed class HistoryTests
{
    private const int Transfers = 300;

    /// <summary>Of so many blocks from genesis on none is among the newest, which are in memory.</summary>
    private const ulong OldBlocks = 40;

    /// <summary>As the default constitution says.</summary>
    private const ulong Confirmations = 5;
    private const string TransferTopic = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
    private const string BalanceOf = "0x70a08231";

    [Fact]
    public async Task An_archive_answers_from_every_block_and_goes_on_doing_so_after_a_restart()
    {
        await using TestNetwork network = await StartAsync("archive");
        string url = await LoadAsync(network);
        Chain chain = await Chain.ReadAsync(url);
        await AssertHistoryAsync(url, chain);
        Assert.Equal(0, (await network.DownAsync()).ExitCode);
        CommandResult up = await network.UpAsync();
        Assert.True(up.ExitCode == 0, up.Errors);
        await AssertHistoryAsync(url, chain);
    }

    [Fact]
    public async Task A_node_that_keeps_few_states_says_so_and_still_has_all_logs()
    {
        await using TestNetwork network = await StartAsync("latest 8");
        string url = await LoadAsync(network);
        Chain chain = await Chain.ReadAsync(url);
        await AssertStateAsync(url, chain, chain.Head - 8);
        using JsonDocument refused = await CallAsync(url, "eth_getBalance", chain.Token, Hex(chain.Head - 9));
        Assert.Equal(-32000, refused.RootElement.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(chain.Logs.Length, (await ResultAsync(url, "eth_getLogs", new { fromBlock = "0x0", address = chain.Token })).GetArrayLength());
    }

    /// <summary>
    /// STO-5: the host changes the ledger file of a running node. A client must not hear that a committed block does not exist; the node says what
    /// was lost, starts anew, fetches it from the others, and answers again.
    /// </summary>
    [Fact]
    public async Task A_block_whose_entry_was_changed_on_the_disk_is_never_denied()
    {
        await using TestNetwork network = await StartAsync("latest 8", nodes: 3);
        await LoadAsync(network);
        NodeDocument node = (await network.StatusAsync()).Nodes.First(one => one.Role == "follower");
        string url = node.DevelopmentRpc!;
        string[] hashes = new string[OldBlocks];
        for (ulong number = 0; number < OldBlocks; number++)
            hashes[number] = (await ResultAsync(url, "eth_getBlockByNumber", Hex(number), false)).GetProperty("hash").GetString()!;
        int logs = (await ResultAsync(url, "eth_getLogs", new { fromBlock = "0x0" })).GetArrayLength();
        ChangeEntries(node.LedgerDirectory);
        bool isRefused = false;
        for (ulong number = 0; number < OldBlocks && !isRefused; number++)
        {
            try
            {
                using JsonDocument answer = await CallAsync(url, "eth_getBlockByNumber", Hex(number), false);
                isRefused = answer.RootElement.TryGetProperty("error", out _);
                if (!isRefused) Assert.Equal(hashes[number], answer.RootElement.GetProperty("result").GetProperty("hash").GetString());
            }
            catch (HttpRequestException)
            {
                isRefused = true; // it has stopped
            }
        }
        Assert.True(isRefused, "no block that was asked for lies in what was changed");
        StatusDocument status = await network.WaitAsync(
            "the node has started anew and is whole", TimeSpan.FromSeconds(60),
            now => now.State == "open" && now.Nodes.First(one => one.Name == node.Name) is { Restarts: > 0, Role: "follower" or "leader" });
        Assert.Contains(status.Alerts, alert => alert.Node == node.Name && alert.Kind == "ledger");
        for (ulong number = 0; number < OldBlocks; number++)
            Assert.Equal(hashes[number], (await ResultAsync(url, "eth_getBlockByNumber", Hex(number), false)).GetProperty("hash").GetString());
        Assert.Equal(logs, (await ResultAsync(url, "eth_getLogs", new { fromBlock = "0x0" })).GetArrayLength());
    }

    /// <summary>Those in the first part of the ledger, whose blocks are in memory no more.</summary>
    private static void ChangeEntries(string directory)
    {
        string first = Directory.GetFiles(directory, "ledger_*").Order(StringComparer.Ordinal).First();
        using FileStream file = new(first, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        for (long at = file.Length / 50; at < file.Length / 20; at += 100)
        {
            file.Position = at;
            int before = file.ReadByte();
            file.Position = at;
            file.WriteByte((byte)(before ^ 0x55));
        }
    }

    private static async Task<TestNetwork> StartAsync(string history, int nodes = 1)
    {
        TestNetwork network = TestNetwork.Prepare("ethereum", nodes);
        string genesis = Path.GetTempFileName(); // the network's own folder must be empty
        await File.WriteAllTextAsync(genesis, GenesisOf(history));
        CommandResult up = await network.UpAsync("--genesis", genesis);
        File.Delete(genesis);
        if (up.ExitCode == 0) return network;
        await network.DisposeAsync();
        throw new InvalidOperationException(up.Errors);
    }

    /// <summary>All forks from the first block on, as without a genesis file.</summary>
    private static string GenesisOf(string history)
    {
        var config = new Dictionary<string, ulong> { ["chainId"] = 2017, ["terminalTotalDifficulty"] = 0 };
        foreach (string fork in (string[])["homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul",
            "berlin", "london"]) config[fork + "Block"] = 0;
        foreach (string fork in (string[])["shanghai", "cancun", "prague", "osaka"]) config[fork + "Time"] = 0;
        return JsonSerializer.Serialize(new { config, gasLimit = "0x6fc23ac00", stateHistory = history });
    }

    private static async Task<string> LoadAsync(TestNetwork network)
    {
        CommandResult load = await CommandResult.CocoAsync(
            "bench", "--data", network.Data, "--workload", "erc20", "--count", $"{Transfers}", "--connections", "1", "--warm-up", "0", "--json");
        Assert.True(load.ExitCode == 0, load.Errors);
        string url = (await network.StatusAsync()).Nodes[0].DevelopmentRpc!;
        await WaitForConfirmationsAsync(url);
        return url;
    }

    /// <summary>Empty blocks follow the last transaction; until they have come, the newest states are others from moment to moment.</summary>
    private static async Task WaitForConfirmationsAsync(string url)
    {
        long deadline = Environment.TickCount64 + 20_000;
        while (!await AreLastEmptyAsync(url)) Assert.True(Environment.TickCount64 < deadline, "the confirmations did not come");
    }

    private static async Task<bool> AreLastEmptyAsync(string url)
    {
        ulong head = Number((await ResultAsync(url, "eth_blockNumber")).GetString()!);
        for (ulong number = head; number + Confirmations > head; number--)
            if ((await ResultAsync(url, "eth_getBlockByNumber", Hex(number), false)).GetProperty("transactions").GetArrayLength() > 0) return false;
        return true;
    }

    private static async Task AssertHistoryAsync(string url, Chain chain)
    {
        Assert.True(chain.Head > 256, $"only {chain.Head} blocks");
        for (ulong number = 1; number <= chain.Head; number += chain.Head / 9) await AssertStateAsync(url, chain, number);
        await AssertStateAsync(url, chain, chain.Head);
        JsonElement middle = await ResultAsync(
            url, "eth_getLogs", new { fromBlock = Hex(chain.Head / 4), toBlock = Hex(chain.Head / 2), topics = new[] { TransferTopic, null, chain.Account } });
        Assert.Equal(
            chain.Logs.Count(log => log.Block >= chain.Head / 4 && log.Block <= chain.Head / 2 && log.To == chain.Account), middle.GetArrayLength());
    }

    /// <summary>Nonce, the token's answer, and the proof of the token's account, after a block.</summary>
    private static async Task AssertStateAsync(string url, Chain chain, ulong number)
    {
        string at = Hex(number);
        JsonElement nonce = await ResultAsync(url, "eth_getTransactionCount", chain.Sender, at);
        Assert.Equal(chain.SentUpTo(number), Number(nonce.GetString()!));
        JsonElement called = await ResultAsync(url, "eth_call", new { to = chain.Token, input = BalanceOf + chain.Account[2..] }, at);
        string text = called.GetString()!;
        Assert.Equal(chain.BalanceAfter(number), text == "0x" ? BigInteger.Zero : BigInteger.Parse("0" + text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        string root = (await ResultAsync(url, "eth_getBlockByNumber", at, false)).GetProperty("stateRoot").GetString()!;
        JsonElement proof = await ResultAsync(url, "eth_getProof", chain.Token, Array.Empty<string>(), at);
        byte[] top = Convert.FromHexString(proof.GetProperty("accountProof")[0].GetString()![2..]);
        Assert.Equal(root, Keccak256.Hash(top).ToString());
    }

    private static string Hex(ulong number) => $"0x{number:x}";

    private static ulong Number(string hex) => ulong.Parse(hex.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static async Task<JsonElement> ResultAsync(string url, string method, params object[] arguments)
    {
        using JsonDocument answer = await CallAsync(url, method, arguments);
        Assert.True(answer.RootElement.TryGetProperty("result", out JsonElement result), $"{method}: {answer.RootElement}");
        return result.Clone();
    }

    private static async Task<JsonDocument> CallAsync(string url, string method, params object[] arguments)
    {
        using HttpClient client = new();
        using HttpResponseMessage answer = await client.PostAsJsonAsync(url, new { jsonrpc = "2.0", id = 1, method, @params = arguments });
        return JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    }

    private sealed record Transfer(ulong Block, string From, string To, BigInteger Value);

    /// <summary>What the blocks and logs say, from which all old states follow.</summary>
    private sealed record Chain(ulong Head, string Token, string Account, string Sender, Transfer[] Logs, ulong[] SentAt)
    {
        public static async Task<Chain> ReadAsync(string url)
        {
            ulong head = Number((await ResultAsync(url, "eth_blockNumber")).GetString()!);
            JsonElement logs = await ResultAsync(url, "eth_getLogs", new { fromBlock = "0x0", toBlock = "latest", topics = new[] { TransferTopic } });
            Transfer[] transfers = [.. logs.EnumerateArray().Select(log => new Transfer(
                Number(log.GetProperty("blockNumber").GetString()!), log.GetProperty("topics")[1].GetString()!, log.GetProperty("topics")[2].GetString()!,
                BigInteger.Parse("0" + log.GetProperty("data").GetString()![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)))];
            JsonElement last = logs[logs.GetArrayLength() - 1];
            JsonElement sent = await ResultAsync(url, "eth_getTransactionByHash", last.GetProperty("transactionHash").GetString()!);
            string sender = sent.GetProperty("from").GetString()!;
            var blocks = new List<ulong>();
            for (ulong number = 1; number <= head; number++)
                foreach (JsonElement transaction in (await ResultAsync(url, "eth_getBlockByNumber", Hex(number), true)).GetProperty("transactions").EnumerateArray())
                    if (transaction.GetProperty("from").GetString() == sender) blocks.Add(number);
            return new Chain(head, last.GetProperty("address").GetString()!, last.GetProperty("topics")[2].GetString()!, sender, transfers, [.. blocks]);
        }

        public ulong SentUpTo(ulong number) => (ulong)SentAt.Count(block => block <= number);

        public BigInteger BalanceAfter(ulong number) => Logs.Where(log => log.Block <= number).Aggregate(
            BigInteger.Zero, (sum, log) => sum + (log.To == Account ? log.Value : 0) - (log.From == Account ? log.Value : 0));
    }
}
