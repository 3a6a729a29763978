using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Ledgers.Tests.JsonRpc;

/// <summary>What was true at a block is answered for it later.</summary>
public sealed class RpcHistoryTests
{
    private static readonly Address Store = Address.FromNumber(0xc5);
    private static readonly Address Logger = Address.FromNumber(0xc6);

    /// <summary>
    /// 0xc5 writes the first word of its input to the slot that the second names; 0xc6 logs with the two words as topics; 0xc7 gives
    /// the hash of the block that its input names.
    /// </summary>
    private static string SettingsWith(string stateHistory) => $$"""
        {"chainId": 7, "gasLimit": 30000000, "stateHistory": "{{stateHistory}}", "alloc": {
          "a94f5374fce5edbc8e2a8697c15331677e6ebf0b": {"balance": "0xde0b6b3a7640000"},
          "0x00000000000000000000000000000000000000c5": {"balance": "0", "code": "0x5f3560203555"},
          "0x00000000000000000000000000000000000000c6": {"balance": "0", "code": "0x5f356020355f5fa2"},
          "0x00000000000000000000000000000000000000c7": {"balance": "0", "code": "0x5f35405f5260205ff3"} } }
        """;

    private static byte[] Words(ulong first, ulong second)
    {
        byte[] words = new byte[64];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(words.AsSpan(24), first);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(words.AsSpan(56), second);
        return words;
    }

    private static string Word(ulong value) => "0x" + value.ToString("x64", System.Globalization.CultureInfo.InvariantCulture);

    private static readonly string[] Questions =
    [
        $"eth_getBalance|\"{RpcHarness.Rich}\"", $"eth_getTransactionCount|\"{RpcHarness.Rich}\"", "eth_getBalance|\"{beneficiary}\"",
        $"eth_getStorageAt|\"{Store}\",\"0x1\"", $"eth_getStorageAt|\"{Store}\",\"0x3\"", $"eth_getCode|\"{Store}\"",
        $"eth_getProof|\"{Store}\",[\"0x0\",\"0x1\",\"0x2\",\"0x7\"]", $"eth_getProof|\"{RpcHarness.Rich}\",[]",
        "eth_getProof|\"{beneficiary}\",[]", "eth_call|{\"to\":\"0x00000000000000000000000000000000000000c7\",\"data\":\"{parent}\"}",
    ];

    [Fact]
    public async Task A_block_is_shown_the_same_whether_it_has_just_come_or_is_decoded_again()
    {
        using var node = new RpcHarness(settings: SettingsWith("archive"));
        var shown = new List<(string Question, string Parameters, string Answer)>();
        ulong nonce = 0;
        for (int i = 0; i < 3; i++)
        {
            EthereumTransaction[] sent =
            [
                RpcHarness.Make(nonce++, Logger, 0, Words((ulong)i, 1)), RpcHarness.Make(nonce++, Address.FromNumber(0x1000), 1),
                RpcHarness.Make(nonce++, Logger, 0, Words((ulong)i, 2)),
            ];
            EthereumBlock block = node.CommitAll(sent);
            string number = $"\"0x{block.Number:x}\"";
            List<(string, string)> questions =
            [
                ("eth_getBlockByNumber", $"[{number},true]"), ("eth_getBlockReceipts", $"[{number}]"),
                ("eth_getLogs", $$"""[{"fromBlock":{{number}},"toBlock":{{number}}}]"""), ("eth_getBlockByHash", $"[\"{block.Hash}\",false]"),
                .. sent.Select(transaction => ("eth_getTransactionReceipt", $"[\"{transaction.Hash}\"]")),
                .. sent.Select(transaction => ("eth_getTransactionByHash", $"[\"{transaction.Hash}\"]")),
            ];
            foreach ((string question, string parameters) in questions) shown.Add((question, parameters, await node.Call(question, parameters)));
        }
        EthereumBlock? before = node.Ledger.Chain.Recent(2);
        for (int i = 0; i < 100; i++) node.Commit();
        Assert.NotSame(before, node.Ledger.Chain.Recent(2));
        Assert.Same(node.Ledger.Chain.Recent(2), node.Ledger.Chain.Recent(2));
        foreach ((string question, string parameters, string answer) in shown) Assert.Equal(answer, await node.Call(question, parameters));
        Assert.Contains(shown, item => item.Answer.Contains("\"logIndex\":\"0x1\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Logs_before_the_first_indexed_block_are_an_error_and_not_left_out()
    {
        using var node = new RpcHarness(settings: SettingsWith("archive"));
        for (ulong nonce = 0; nonce < 5; nonce++) node.CommitAll(RpcHarness.Make(nonce, Logger, 0, Words(nonce, 1)));
        Assert.Equal(5, (await node.Json("eth_getLogs", """[{"fromBlock":"0x0"}]""")).GetArrayLength());
        node.IndexedFrom = 3;
        Assert.Equal("-32000 logs before block 3 are not indexed yet", await node.Call("eth_getLogs", """[{"fromBlock":"0x0"}]"""));
        Assert.Equal("-32000 logs before block 3 are not indexed yet", await node.Call("eth_getLogs", """[{"fromBlock":"0x2"}]"""));
        Assert.Equal(3, (await node.Json("eth_getLogs", """[{"fromBlock":"0x3"}]""")).GetArrayLength());
    }

    /// <summary>As geth answers while it indexes: null would say that it was never sent.</summary>
    [Fact]
    public async Task That_a_transaction_does_not_exist_is_certain_only_where_all_blocks_are_indexed()
    {
        using var node = new RpcHarness(settings: SettingsWith("archive"));
        EthereumTransaction early = RpcHarness.Make(0, Logger, 0, Words(0, 1));
        node.CommitAll(early);
        EthereumBlock last = node.CommitAll(RpcHarness.Make(1, Logger, 0, Words(1, 1)));
        var joined = new EthereumLedger(node.Ledger.Settings, static (_, _) => throw new NotSupportedException());
        joined.Chain.Add(last, null);
        var chain = new ChainQueries(joined, node, node);
        Assert.NotNull(await chain.TransactionAsync(early.Hash, default));
        chain.RequireAllIndexed();
        node.IndexedFrom = last.Number;
        Assert.Null(await chain.TransactionAsync(early.Hash, default));
        Assert.Throws<HistoryUnavailableException>(chain.RequireAllIndexed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_past_state_answers_as_it_did_when_it_was_the_newest(int seed)
    {
        var random = new Random(seed);
        using var node = new RpcHarness(settings: SettingsWith("archive"));
        List<string[]> answers = [await AskAsync(node, 0, "latest")];
        ulong nonce = 0;
        for (ulong block = 1; block <= 90; block++)
        {
            // Slots come, change and go; accounts come with money.
            EthereumTransaction transaction = random.Next(3) == 0
                ? RpcHarness.Make(nonce++, Address.FromNumber((ulong)random.Next(0x1000, 0x1008)), (ulong)random.Next(1, 5))
                : RpcHarness.Make(nonce++, Store, 0, Words((ulong)random.Next(3), (ulong)random.Next(8)));
            await node.Send(transaction);
            answers.Add(await AskAsync(node, block, "latest"));
        }
        for (int i = 0; i < 60; i++)
        {
            ulong block = i < 3 ? (ulong)i : (ulong)random.Next(90);
            Assert.Equal(answers[(int)block], await AskAsync(node, block, $"0x{block:x}"));
        }
    }

    /// <summary>Reading may take as long as a disk does: a block that is committed meanwhile is sealed, and its changes are taken back too.</summary>
    [Fact]
    public async Task A_proof_of_a_past_state_reads_no_block_while_sealing_waits()
    {
        using var node = new RpcHarness(settings: SettingsWith("archive"));
        string question = $"[\"{Store}\",[\"0x0\",\"0x1\"],\"0x3\"]", expected = "";
        ulong nonce = 0;
        for (ulong block = 1; block <= 8; block++)
        {
            await node.Send(RpcHarness.Make(nonce++, Store, 0, Words(block, block % 2)));
            if (block == 3) expected = await node.Call("eth_getProof", question);
        }
        ulong newest = 8, last = 12;
        node.Reading = number =>
        {
            if (number < newest || newest == last) return;
            newest++;
            var sealing = Task.Run(() => node.CommitAll(RpcHarness.Make(nonce++, Store, 0, Words(newest, newest % 2))));
            Assert.True(sealing.Wait(TimeSpan.FromSeconds(20)), "a block was not sealed while another was read");
        };
        Assert.Equal(expected, await node.Call("eth_getProof", question));
        Assert.Equal(last, newest);
    }

    [Fact]
    public async Task A_state_outside_the_window_is_pruned_and_its_blocks_are_not()
    {
        using var node = new RpcHarness(settings: SettingsWith("latest 5"));
        List<string> counts = [];
        for (ulong block = 1; block <= 60; block++)
        {
            await node.Send(RpcHarness.Make(block - 1, Store, 0, Words(block, 1)));
            counts.Add(await node.Call("eth_getStorageAt", $"[\"{Store}\",\"0x1\",\"latest\"]"));
        }
        for (ulong block = 55; block <= 60; block++)
            Assert.Equal(counts[(int)block - 1], await node.Call("eth_getStorageAt", $"[\"{Store}\",\"0x1\",\"0x{block:x}\"]"));
        Assert.StartsWith("-32000 missing trie node", await node.Call("eth_getStorageAt", $"[\"{Store}\",\"0x1\",\"0x36\"]"));
        Assert.StartsWith("-32000 missing trie node", await node.Call("eth_call", $$"""[{"to":"{{Store}}"},"earliest"]"""));
        Assert.Equal("0x1", (await node.Json("eth_getBlockByNumber", "[\"0x1\",false]")).GetProperty("number").GetString());
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("latest -1")]
    [InlineData("all")]
    public void A_wrong_setting_is_named(string stateHistory)
    {
        Assert.False(EthereumSettings.TryRead(System.Text.Encoding.UTF8.GetBytes(SettingsWith(stateHistory)), out _, out string? error));
        Assert.Contains("stateHistory", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Logs_of_any_range_and_filter_are_those_of_the_blocks(int seed)
    {
        var random = new Random(seed);
        using var node = new RpcHarness(settings: SettingsWith("latest 0"));
        List<(ulong Block, ulong First, ulong Second)> logged = [];
        ulong nonce = 0;
        for (ulong block = 1; block <= 150; block++)
        {
            (ulong first, ulong second) = ((ulong)random.Next(4), (ulong)random.Next(60));
            bool isLog = random.Next(2) == 0;
            // The topic on top of the stack, the second word, comes first.
            if (isLog) logged.Add((block, second, first));
            await node.Send(RpcHarness.Make(nonce++, isLog ? Logger : Store, 0, Words(first, second)));
        }
        for (int i = 0; i < 80; i++)
        {
            (ulong from, ulong to) = ((ulong)random.Next(150), (ulong)random.Next(150));
            if (from > to) (from, to) = (to, from);
            ulong[] firsts = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (ulong)random.Next(60))];
            ulong[] seconds = [.. Enumerable.Range(0, random.Next(3)).Select(_ => (ulong)random.Next(4))];
            string address = random.Next(4) == 0 ? Store.ToString() : Logger.ToString();
            string filter = $$"""
                [{"fromBlock":"0x{{from:x}}","toBlock":"0x{{to:x}}","address":"{{address}}","topics":[{{Alternatives(firsts)}},{{Alternatives(seconds)}}]}]
                """;
            JsonElement found = await node.Json("eth_getLogs", filter);
            IEnumerable<string> expected = logged
                .Where(log => address == Logger.ToString() && log.Block >= from && log.Block <= to
                    && (firsts.Length == 0 || firsts.Contains(log.First)) && (seconds.Length == 0 || seconds.Contains(log.Second)))
                .Select(log => $"0x{log.Block:x} {Word(log.First)} {Word(log.Second)}");
            Assert.Equal(expected, found.EnumerateArray().Select(TextOf));
        }
        Assert.Equal(logged.Count, (await node.Json("eth_getLogs", """[{"fromBlock":"earliest"}]""")).GetArrayLength());
    }

    private static string Alternatives(ulong[] values) =>
        values.Length == 0 ? "null" : $"[{string.Join(',', values.Select(value => $"\"{Word(value)}\""))}]";

    private static string TextOf(JsonElement log) =>
        $"{log.GetProperty("blockNumber").GetString()} {log.GetProperty("topics")[0].GetString()} {log.GetProperty("topics")[1].GetString()}";

    private static async Task<string[]> AskAsync(RpcHarness node, ulong block, string tag)
    {
        var answers = new List<string>();
        foreach (string question in Questions)
        {
            string[] parts = question
                .Replace("{beneficiary}", "0x0000000000000000000000000000000000001003", StringComparison.Ordinal)
                .Replace("{parent}", Word(block == 0 ? 0 : block - 1), StringComparison.Ordinal).Split('|');
            string answer = await node.Call(parts[0], $"[{parts[1]},\"{tag}\"]");
            Assert.DoesNotContain("-32", answer[..3], StringComparison.Ordinal);
            answers.Add(answer);
        }
        return [.. answers];
    }
}
