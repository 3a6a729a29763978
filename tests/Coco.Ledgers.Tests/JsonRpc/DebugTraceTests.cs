using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Ledgers.Tests.JsonRpc;

public sealed class DebugTraceTests : IDisposable
{
    private readonly RpcHarness _node = TraceHarness.Make();

    public void Dispose() => _node.Dispose();

    /// <summary>By hand, with the prices of EIP-2929, EIP-2200 and EIP-3529: 100,000 less 21,000 are left at the first instruction.</summary>
    [Fact]
    public async Task Struct_logs_show_gas_cost_stack_and_storage_of_each_instruction()
    {
        string hash = await _node.Call(0, TraceHarness.Counter);
        JsonElement trace = await _node.Trace(hash, "{}");
        string one = "\"0x" + new string('0', 63) + "1\"", zero = "\"0x" + new string('0', 64) + "\"";
        string[] expected =
        [
            """{"pc":0,"op":"PUSH1","gas":79000,"gasCost":3,"depth":1,"stack":[]}""",
            $$$$$$"""{"pc":2,"op":"SLOAD","gas":78997,"gasCost":2100,"depth":1,"stack":["0x1"],"storage":{{{{{{{one}}}}}}:"0x{{{{{{new string('0', 62)}}}}}}2a"}}""",
            """{"pc":3,"op":"PUSH1","gas":76897,"gasCost":3,"depth":1,"stack":["0x2a"]}""",
            """{"pc":5,"op":"ADD","gas":76894,"gasCost":3,"depth":1,"stack":["0x2a","0x1"]}""",
            """{"pc":6,"op":"PUSH1","gas":76891,"gasCost":3,"depth":1,"stack":["0x2b"]}""",
            $$$$$$"""{"pc":8,"op":"SSTORE","gas":76888,"gasCost":2900,"depth":1,"stack":["0x2b","0x1"],"storage":{{{{{{{one}}}}}}:"0x{{{{{{new string('0', 62)}}}}}}2b"}}""",
            """{"pc":9,"op":"PUSH0","gas":73988,"gasCost":2,"depth":1,"stack":[]}""",
            $$$$$$"""{"pc":10,"op":"SLOAD","gas":73986,"gasCost":2100,"depth":1,"stack":["0x0"],"storage":{{{{{{{zero}}}}}}:{{{{{{zero}}}}}},{{{{{{one}}}}}}:"0x{{{{{{new string('0', 62)}}}}}}2b"}}""",
            """{"pc":11,"op":"PUSH0","gas":71886,"gasCost":2,"depth":1,"stack":["0x0"]}""",
            """{"pc":12,"op":"MSTORE","gas":71884,"gasCost":6,"depth":1,"stack":["0x0","0x0"]}""",
            """{"pc":13,"op":"PUSH1","gas":71878,"gasCost":3,"depth":1,"stack":[]}""",
            """{"pc":15,"op":"PUSH0","gas":71875,"gasCost":2,"depth":1,"stack":["0x20"]}""",
            """{"pc":16,"op":"RETURN","gas":71873,"gasCost":0,"depth":1,"stack":["0x20","0x0"]}""",
        ];
        Assert.Equal(expected, trace.GetProperty("structLogs").EnumerateArray().Select(line => line.GetRawText()));
        Assert.Equal(100_000 - 71_873, trace.GetProperty("gas").GetInt32());
        Assert.False(trace.GetProperty("failed").GetBoolean());
        Assert.Equal(zero, trace.GetProperty("returnValue").GetRawText());
    }

    [Fact]
    public async Task Struct_logs_show_what_is_asked_for()
    {
        string hash = await _node.Call(0, TraceHarness.Caller);
        JsonElement[] full = Lines(await _node.Trace(hash, """{"enableMemory":true,"enableReturnData":true}"""));
        Assert.Contains(full, line => line.TryGetProperty("memory", out JsonElement memory) && memory[0].GetString()!.EndsWith("2a", StringComparison.Ordinal));
        Assert.Contains(full, line => line.TryGetProperty("returnData", out JsonElement data) && data.GetString()!.StartsWith("0x08c379a0", StringComparison.Ordinal));
        Assert.Contains(full, line => line.GetProperty("depth").GetInt32() == 2);
        JsonElement[] bare = Lines(await _node.Trace(hash, """{"disableStack":true,"disableStorage":true}"""));
        Assert.Equal(full.Length, bare.Length);
        Assert.All(bare, line => Assert.False(line.TryGetProperty("stack", out _) || line.TryGetProperty("storage", out _) || line.TryGetProperty("memory", out _)));
        Assert.Equal(2, Lines(await _node.Trace(hash, """{"limit":100}""")).Length);
    }

    /// <summary>geth counts neither what a creation passes on as its cost, nor leaves it out of a call's.</summary>
    [Fact]
    public async Task The_cost_of_a_call_has_what_it_passes_on_and_that_of_a_creation_has_not()
    {
        string hash = await _node.Call(0, TraceHarness.Caller);
        JsonElement[] lines = Lines(await _node.Trace(hash, "{}"));
        JsonElement call = Array.Find(lines, line => line.GetProperty("op").GetString() == "CALL");
        // Cold account 2,600, value 9,000; all but a 64th of the rest goes on, with a stipend of 2,300 that is not paid.
        long left = call.GetProperty("gas").GetInt64() - 11_600;
        Assert.Equal(11_600 + left - (left / 64), call.GetProperty("gasCost").GetInt64());
        JsonElement inner = Array.Find(lines, line => line.GetProperty("depth").GetInt32() == 2);
        Assert.Equal(left - (left / 64) + 2_300, inner.GetProperty("gas").GetInt64());
        JsonElement create = Array.Find(lines, line => line.GetProperty("op").GetString() == "CREATE");
        Assert.Equal(32_000 + 2 + 3, create.GetProperty("gasCost").GetInt64());
    }

    [Fact]
    public async Task Calls_are_shown_as_a_tree_with_logs_and_reasons()
    {
        string hash = await _node.Call(0, TraceHarness.Caller, [1, 2, 3, 4, 5], value: 3, gas: 200_000);
        JsonElement receipt = await _node.Json("eth_getTransactionReceipt", $"[\"{hash}\"]");
        JsonElement top = await _node.Trace(hash, """{"tracer":"callTracer","tracerConfig":{"withLog":true}}""");
        Assert.Equal(
            [RpcHarness.Rich, "0x30d40", receipt.GetProperty("gasUsed").GetString()!, TraceHarness.Caller, "0x0102030405", "0x3", "CALL"],
            Fields(top, "from", "gas", "gasUsed", "to", "input", "value", "type"));
        Assert.False(top.TryGetProperty("output", out _) || top.TryGetProperty("error", out _));
        JsonElement[] calls = [.. top.GetProperty("calls").EnumerateArray()];
        Assert.Equal([TraceHarness.Caller, TraceHarness.Logger, "0x", "0x1", "CALL"], Fields(calls[0], "from", "to", "input", "value", "type"));
        // PUSH1, PUSH0, MSTORE with memory, PUSH1, SLOAD, PUSH1, PUSH1, LOG1 of 32 bytes: 3+2+6+3+2100+3+3+(375+375+256).
        Assert.Equal("0x" + 3126.ToString("x"), calls[0].GetProperty("gasUsed").GetString());
        Assert.Equal(
            """[{"address":"0x00000000000000000000000000000000000000c2","topics":["0x0000000000000000000000000000000000000000000000000000000000000000"],"data":"0x000000000000000000000000000000000000000000000000000000000000002a","index":"0x0","position":"0x0"}]""",
            calls[0].GetProperty("logs").GetRawText());
        Assert.Equal(
            [TraceHarness.Reverter, "execution reverted", "zonk", "STATICCALL"], Fields(calls[1], "to", "error", "revertReason", "type"));
        Assert.False(calls[1].TryGetProperty("value", out _));
        Assert.Equal(["0x00", "0x0", "0x0", "CREATE"], Fields(calls[2], "input", "gasUsed", "value", "type"));
        Assert.Equal(3, calls.Length);
        JsonElement only = await _node.Trace(hash, """{"tracer":"callTracer","tracerConfig":{"onlyTopCall":true}}""");
        Assert.False(only.TryGetProperty("calls", out _));
        Assert.Equal(top.GetProperty("gasUsed").GetString(), only.GetProperty("gasUsed").GetString());
    }

    [Theory]
    [InlineData(TraceHarness.Reverter, 100_000, "execution reverted", "zonk")]
    [InlineData(TraceHarness.Undefined, 100_000, "invalid opcode: opcode 0xc not defined", null)]
    [InlineData(TraceHarness.Counter, 22_000, "out of gas", null)]
    public async Task A_call_that_failed_says_why(string to, ulong gas, string error, string? reason)
    {
        string hash = await _node.Call(0, to, gas: gas);
        JsonElement top = await _node.Trace(hash, """{"tracer":"callTracer"}""");
        Assert.Equal(error, top.GetProperty("error").GetString());
        Assert.Equal(reason, top.TryGetProperty("revertReason", out JsonElement given) ? given.GetString() : null);
        JsonElement logs = await _node.Trace(hash, "{}");
        Assert.True(logs.GetProperty("failed").GetBoolean());
        // geth tells of gas in the line, of what went wrong while the instruction ran not.
        bool hasLine = Lines(logs)[^1].TryGetProperty("error", out JsonElement line);
        Assert.Equal(error == "out of gas", hasLine && line.GetString() == "out of gas");
    }

    [Fact]
    public async Task A_contract_that_gives_itself_up_is_a_call_of_its_own()
    {
        string hash = await _node.Call(0, TraceHarness.Destroyer);
        JsonElement call = (await _node.Trace(hash, """{"tracer":"callTracer"}""")).GetProperty("calls")[0];
        Assert.Equal(
            $$$$$$"""{"from":"{{{{{{TraceHarness.Destroyer}}}}}}","gas":"0x0","gasUsed":"0x0","to":"{{{{{{RpcHarness.Rich}}}}}}","input":"0x","value":"0x9","type":"SELFDESTRUCT"}""",
            call.GetRawText());
    }

    [Fact]
    public async Task The_state_before_a_transaction_holds_what_it_touches_and_the_difference_what_it_changes()
    {
        await _node.Call(0, TraceHarness.Counter);
        string hash = await _node.Call(1, TraceHarness.Counter, value: 7);
        const string Code = "0x6001546001016001555f545f5260205ff3";
        string codeHash = Coco.Crypto.Keccak256.Hash(Convert.FromHexString(Code[2..])).ToString();
        string one = new string('0', 63) + "1", zero = new('0', 64), prefix = new('0', 62);
        JsonElement before = await _node.Trace(hash, """{"tracer":"prestateTracer"}""");
        Assert.Equal(
            $$$$$$"""{"{{{{{{TraceHarness.Counter}}}}}}":{"balance":"0x0","code":"{{{{{{Code}}}}}}","codeHash":"{{{{{{codeHash}}}}}}","storage":{"0x{{{{{{zero}}}}}}":"0x{{{{{{zero}}}}}}","0x{{{{{{one}}}}}}":"0x{{{{{{prefix}}}}}}2b"}},"{{{{{{RpcHarness.Rich}}}}}}":{"balance":"0xde0b6b3a7640000","nonce":1}}""",
            before.GetRawText());
        JsonElement difference = await _node.Trace(hash, """{"tracer":"prestateTracer","tracerConfig":{"diffMode":true,"disableCode":true}}""");
        Assert.Equal(
            $$$$$$"""{"post":{"{{{{{{TraceHarness.Counter}}}}}}":{"balance":"0x7","storage":{"0x{{{{{{one}}}}}}":"0x{{{{{{prefix}}}}}}2c"}},"{{{{{{RpcHarness.Rich}}}}}}":{"balance":"0xde0b6b3a763fff9","nonce":2}},"pre":{"{{{{{{TraceHarness.Counter}}}}}}":{"balance":"0x0","codeHash":"{{{{{{codeHash}}}}}}","storage":{"0x{{{{{{one}}}}}}":"0x{{{{{{prefix}}}}}}2b"}},"{{{{{{RpcHarness.Rich}}}}}}":{"balance":"0xde0b6b3a7640000","nonce":1}}}""",
            difference.GetRawText());
    }

    [Fact]
    public async Task The_difference_shows_new_contracts_after_and_not_before()
    {
        string hash = await _node.Call(0, TraceHarness.Caller, gas: 200_000);
        string made = ContractAddress.OfNonce(Address.FromNumber(0xd0), 0).ToString();
        JsonElement difference = await _node.Trace(hash, """{"tracer":"prestateTracer","tracerConfig":{"diffMode":true}}""");
        Assert.False(difference.GetProperty("pre").TryGetProperty(made, out _));
        Assert.Equal("""{"nonce":1}""", difference.GetProperty("post").GetProperty(made).GetRawText());
    }

    [Fact]
    public async Task Small_tracers_and_several_at_once_answer()
    {
        string hash = await _node.Call(0, TraceHarness.Counter, [0xaa, 0xbb, 0xcc, 0xdd, 1, 2]);
        Assert.Equal("""{"0xaabbccdd-2":1}""", (await _node.Trace(hash, """{"tracer":"4byteTracer"}""")).GetRawText());
        Assert.Equal("{}", (await _node.Trace(hash, """{"tracer":"noopTracer"}""")).GetRawText());
        JsonElement both = await _node.Trace(
            hash, """{"tracer":"muxTracer","tracerConfig":{"4byteTracer":null,"callTracer":{"onlyTopCall":true},"prestateTracer":{}}}""");
        Assert.Equal(["4byteTracer", "callTracer", "prestateTracer"], both.EnumerateObject().Select(field => field.Name));
        Assert.Equal("-32000 tracer not found: x", await _node.Call("debug_traceTransaction", $$$$$$"""["{{{{{{hash}}}}}}",{"tracer":"x"}]"""));
    }

    [Fact]
    public async Task A_block_is_traced_by_number_by_hash_and_as_bytes()
    {
        EthereumBlock block = _node.CommitAll(
            RpcHarness.Make(0, Address.FromNumber(0xc0)), RpcHarness.Make(1, Address.FromNumber(0xc2)), RpcHarness.Make(2, Address.FromNumber(0xc2)));
        const string Options = """{"tracer":"callTracer","tracerConfig":{"withLog":true}}""";
        JsonElement byNumber = await _node.Json("debug_traceBlockByNumber", $"[\"0x1\",{Options}]");
        Assert.Equal(
            block.Transactions.Select(t => t.Transaction.Hash.ToString()), byNumber.EnumerateArray().Select(entry => entry.GetProperty("txHash").GetString()));
        // Logs are numbered within the block.
        Assert.Equal("0x1", byNumber[2].GetProperty("result").GetProperty("logs")[0].GetProperty("index").GetString());
        JsonElement one = await _node.Trace(block.Transactions[2].Transaction.Hash.ToString(), Options);
        Assert.Equal(one.GetRawText(), byNumber[2].GetProperty("result").GetRawText());
        Assert.Equal(byNumber.GetRawText(), (await _node.Json("debug_traceBlockByHash", $"[\"{block.Hash}\",{Options}]")).GetRawText());
        string raw = await _node.Call("debug_getRawBlock", "[\"latest\"]");
        Assert.Equal(byNumber.GetRawText(), (await _node.Json("debug_traceBlock", $"[{raw},{Options}]")).GetRawText());
        Assert.Equal("-32000 block #2 not found", await _node.Call("debug_traceBlockByNumber", "[\"0x2\"]"));
        Assert.Equal("-32000 genesis is not traceable", await _node.Call("debug_traceBlockByNumber", "[\"0x0\"]"));
    }

    [Fact]
    public async Task A_call_is_traced_on_a_state_with_overrides_and_between_transactions()
    {
        _node.CommitAll(RpcHarness.Make(0, Address.FromNumber(0xc0)), RpcHarness.Make(1, Address.FromNumber(0xc0)));
        JsonElement top = await _node.Json(
            "debug_traceCall", $$$$$$"""[{"to":"{{{{{{TraceHarness.Empty}}}}}}"},"latest",{"tracer":"callTracer","stateOverrides":{"{{{{{{TraceHarness.Empty}}}}}}":{"code":"0x60aa5f5260205ff3"}}}]""");
        Assert.Equal("0x" + new string('0', 62) + "aa", top.GetProperty("output").GetString());
        Assert.Equal("0x2faf080", top.GetProperty("gas").GetString());
        foreach ((string index, string value) in new[] { ("0x0", "2a"), ("0x1", "2b"), ("0x2", "2c") })
        {
            JsonElement before = await _node.Json(
                "debug_traceCall", $$$$$$"""[{"to":"{{{{{{TraceHarness.Counter}}}}}}"},"latest",{"tracer":"prestateTracer","txIndex":"{{{{{{index}}}}}}"}]""");
            string slot = "0x" + new string('0', 63) + "1";
            Assert.EndsWith(value, before.GetProperty(TraceHarness.Counter).GetProperty("storage").GetProperty(slot).GetString()!);
        }
        Assert.StartsWith(
            "-32000 tracing failed: err: insufficient funds", await _node.Call("debug_traceCall", $$$$$$"""[{"to":"{{{{{{TraceHarness.Empty}}}}}}","value":"0x1"},"latest"]"""));
    }

    [Fact]
    public async Task What_is_missing_denied_or_takes_too_long_is_an_error()
    {
        string hash = await _node.Call(0, TraceHarness.Counter);
        _node.ClockStep = 3_000;
        Assert.Equal("-32000 execution timeout", await _node.Call("debug_traceTransaction", $$$$$$"""["{{{{{{hash}}}}}}",{"timeout":"1s500ms"}]"""));
        _node.ClockStep = 0;
        Assert.Equal("-32602 invalid argument 1: time: invalid duration \"x\"", await _node.Call("debug_traceTransaction", $$$$$$"""["{{{{{{hash}}}}}}",{"timeout":"x"}]"""));
        _node.Decision = AccessDecision.Deny;
        Assert.Equal("-32000 transaction not found", await _node.Call("debug_traceTransaction", $"[\"{hash}\"]"));
        Assert.Equal("-32000 block #1 not found", await _node.Call("debug_traceBlockByNumber", "[\"0x1\"]"));
        Assert.Equal("-32000 access denied", await _node.Call("debug_traceCall", $$$$$$"""[{"to":"{{{{{{TraceHarness.Counter}}}}}}"},"latest"]"""));
    }

    [Fact]
    public async Task Without_the_state_before_a_block_it_is_not_traced()
    {
        using var pruned = new RpcHarness(settings: TraceHarness.Settings.Replace("\"archive\"", "\"latest 0\"", StringComparison.Ordinal));
        string hash = await pruned.Call(0, TraceHarness.Counter);
        Assert.StartsWith("-32000 missing trie node", await pruned.Call("debug_traceTransaction", $"[\"{hash}\"]"));
    }

    [Fact]
    public async Task Raw_blocks_headers_and_receipts_are_what_is_hashed()
    {
        EthereumBlock block = _node.CommitAll(RpcHarness.Make(0, Address.FromNumber(0xc2)));
        byte[] header = Bytes(await _node.Json("debug_getRawHeader", "[\"0x1\"]"));
        Assert.Equal(block.Hash, Coco.Crypto.Keccak256.Hash(header));
        Assert.True(Block.TryDecode(Bytes(await _node.Json("debug_getRawBlock", $"[\"{block.Hash}\"]")), out Block? decoded, out _));
        Assert.Equal(block.Header.TransactionsRoot, decoded!.TransactionsRoot());
        var root = new OrderedRoot();
        foreach (JsonElement receipt in (await _node.Json("debug_getRawReceipts", "[\"0x1\"]")).EnumerateArray()) root.Add(Bytes(receipt));
        Assert.Equal(block.Header.ReceiptsRoot, root.Root());
        Assert.Equal("[]", await _node.Call("debug_getBadBlocks"));
    }

    private static byte[] Bytes(JsonElement hex) => Convert.FromHexString(hex.GetString()![2..]);

    private static JsonElement[] Lines(JsonElement trace) => [.. trace.GetProperty("structLogs").EnumerateArray()];

    private static string[] Fields(JsonElement from, params string[] names) => [.. names.Select(name => from.GetProperty(name).GetString()!)];
}
