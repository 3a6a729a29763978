using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Ledgers.Tests.JsonRpc;

public sealed class ParityTraceTests : IDisposable
{
    private readonly RpcHarness _node = TraceHarness.Make();

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_transaction_has_a_flat_list_of_traces()
    {
        string hash = await _node.Call(0, TraceHarness.Caller, gas: 200_000);
        JsonElement[] traces = [.. (await _node.Json("trace_transaction", $"[\"{hash}\"]")).EnumerateArray()];
        Assert.Equal(["[]", "[0]", "[1]", "[2]"], traces.Select(trace => trace.GetProperty("traceAddress").GetRawText()));
        Assert.Equal([3, 0, 0, 0], traces.Select(trace => trace.GetProperty("subtraces").GetInt32()));
        Assert.Equal(["call", "call", "call", "create"], traces.Select(trace => trace.GetProperty("type").GetString()));
        Assert.Equal("staticcall", traces[2].GetProperty("action").GetProperty("callType").GetString());
        Assert.Equal("Reverted", traces[2].GetProperty("error").GetString());
        Assert.StartsWith("0x08c379a0", traces[2].GetProperty("result").GetProperty("output").GetString());
        Assert.Equal(ContractAddress.OfNonce(Address.FromNumber(0xd0), 0).ToString(), traces[3].GetProperty("result").GetProperty("address").GetString());
        // The call of the transaction itself has what its gas limit left after 21,000.
        Assert.Equal("0x" + 179_000.ToString("x"), traces[0].GetProperty("action").GetProperty("gas").GetString());
        Assert.Equal(1, traces[0].GetProperty("blockNumber").GetInt32());
        Assert.Equal(hash, traces[0].GetProperty("transactionHash").GetString());
        Assert.Equal(traces[2].GetRawText(), await _node.Call("trace_get", $"[\"{hash}\",[\"0x1\"]]"));
        Assert.Equal("null", await _node.Call("trace_get", $"[\"{hash}\",[\"0x1\",\"0x0\"]]"));
        Assert.Equal("null", await _node.Call("trace_transaction", $"[\"{RpcHarness.Hex(new byte[32])}\"]"));
    }

    [Fact]
    public async Task Precompiled_contracts_without_value_are_left_out_and_a_suicide_has_no_result()
    {
        string hash = await _node.Call(0, TraceHarness.Hasher);
        Assert.Single((await _node.Json("trace_transaction", $"[\"{hash}\"]")).EnumerateArray());
        hash = await _node.Call(1, TraceHarness.Destroyer);
        JsonElement suicide = (await _node.Json("trace_transaction", $"[\"{hash}\"]"))[1];
        Assert.Equal(
            $$$$$$"""{"address":"{{{{{{TraceHarness.Destroyer}}}}}}","balance":"0x9","refundAddress":"{{{{{{RpcHarness.Rich}}}}}}"}""", suicide.GetProperty("action").GetRawText());
        Assert.Equal(JsonValueKind.Null, suicide.GetProperty("result").ValueKind);
    }

    [Fact]
    public async Task A_replay_shows_the_difference_of_states()
    {
        string hash = await _node.Call(0, TraceHarness.Caller, gas: 200_000);
        JsonElement replay = await _node.Json("trace_replayTransaction", $"[\"{hash}\",[\"trace\",\"stateDiff\"]]");
        Assert.Equal(4, replay.GetProperty("trace").GetArrayLength());
        JsonElement difference = replay.GetProperty("stateDiff");
        Assert.Equal(
            """{"balance":{"*":{"from":"0x5","to":"0x4"}},"code":"=","nonce":{"*":{"from":"0x0","to":"0x1"}},"storage":{}}""",
            difference.GetProperty(TraceHarness.Caller).GetRawText());
        string made = ContractAddress.OfNonce(Address.FromNumber(0xd0), 0).ToString();
        Assert.Equal(
            """{"balance":{"+":"0x0"},"code":{"+":"0x"},"nonce":{"+":"0x1"},"storage":{}}""", difference.GetProperty(made).GetRawText());
        string second = await _node.Call(1, TraceHarness.Counter);
        JsonElement counter = (await _node.Json("trace_replayTransaction", $"[\"{second}\",[\"stateDiff\"]]")).GetProperty("stateDiff").GetProperty(TraceHarness.Counter);
        string slot = "0x" + new string('0', 63) + "1", prefix = "0x" + new string('0', 62);
        Assert.Equal($$$$$$"""{"{{{{{{slot}}}}}}":{"*":{"from":"{{{{{{prefix}}}}}}2a","to":"{{{{{{prefix}}}}}}2b"}}}""", counter.GetProperty("storage").GetRawText());
        JsonElement block = await _node.Json("trace_replayBlockTransactions", "[\"0x1\",[\"trace\"]]");
        Assert.Equal(hash, block[0].GetProperty("transactionHash").GetString());
        Assert.Equal(JsonValueKind.Null, block[0].GetProperty("stateDiff").ValueKind);
        Assert.StartsWith("-32602 invalid argument 1: vmTrace is not supported", await _node.Call("trace_replayTransaction", $"[\"{hash}\",[\"vmTrace\"]]"));
    }

    [Fact]
    public async Task Calls_are_traced_one_after_the_other()
    {
        JsonElement one = await _node.Json("trace_call", $$$$$$"""[{"to":"{{{{{{TraceHarness.Counter}}}}}}"},["trace"]]""");
        Assert.Equal("0x" + new string('0', 64), one.GetProperty("output").GetString());
        string call = $$$$$$"""[{"to":"{{{{{{TraceHarness.Counter}}}}}}"},["stateDiff"]]""";
        JsonElement many = await _node.Json("trace_callMany", $"[[{call},{call}],\"latest\"]");
        string slot = "0x" + new string('0', 63) + "1";
        Assert.Equal(
            ["2b", "2c"], many.EnumerateArray().Select(answer => answer.GetProperty("stateDiff").GetProperty(TraceHarness.Counter)
                .GetProperty("storage").GetProperty(slot).GetProperty("*").GetProperty("to").GetString()![^2..]));
        EthereumTransaction transaction = RpcHarness.Make(0, Address.FromNumber(0xc0));
        JsonElement raw = await _node.Json("trace_rawTransaction", $"[\"{RpcHarness.Hex(transaction.Raw)}\",[\"trace\"]]");
        Assert.Equal(RpcHarness.Rich, raw.GetProperty("trace")[0].GetProperty("action").GetProperty("from").GetString());
    }

    [Fact]
    public async Task A_filter_finds_traces_by_sender_and_target_in_parts()
    {
        await _node.Call(0, TraceHarness.Caller, gas: 200_000);
        await _node.Call(1, TraceHarness.Logger);
        Assert.Equal(5, (await _node.Json("trace_filter", """[{"fromBlock":"0x0","toBlock":"latest"}]""")).GetArrayLength());
        JsonElement toLogger = await _node.Json("trace_filter", $$$$$$"""[{"fromBlock":"0x1","toAddress":["{{{{{{TraceHarness.Logger}}}}}}"]}]""");
        Assert.Equal([1, 2], toLogger.EnumerateArray().Select(trace => trace.GetProperty("blockNumber").GetInt32()));
        string pair = $"\"fromBlock\":\"0x1\",\"fromAddress\":[\"{TraceHarness.Caller}\"],\"toAddress\":[\"{TraceHarness.Logger}\"]";
        Assert.Equal(4, (await _node.Json("trace_filter", $"[{{{pair}}}]")).GetArrayLength());
        Assert.Single((await _node.Json("trace_filter", $"[{{{pair},\"mode\":\"intersection\"}}]")).EnumerateArray());
        JsonElement part = await _node.Json("trace_filter", """[{"fromBlock":"0x1","after":1,"count":2}]""");
        Assert.Equal(["[0]", "[1]"], part.EnumerateArray().Select(trace => trace.GetProperty("traceAddress").GetRawText()));
        Assert.Equal("-32602 invalid block range params", await _node.Call("trace_filter", """[{"fromBlock":"0x2","toBlock":"0x1"}]"""));
        for (int i = 0; i < 100; i++) _node.Commit();
        Assert.Equal(
            "-32602 block range is too large; it is limited to 100 blocks", await _node.Call("trace_filter", """[{"fromBlock":"0x1"}]"""));
    }

    [Fact]
    public async Task A_block_is_told_to_those_who_may_see_it()
    {
        await _node.Call(0, TraceHarness.Logger);
        Assert.Single((await _node.Json("trace_block", "[\"latest\"]")).EnumerateArray());
        _node.Decision = AccessDecision.Deny;
        Assert.Equal("null", await _node.Call("trace_block", "[\"latest\"]"));
        Assert.Equal("[]", await _node.Call("trace_filter", """[{"fromBlock":"0x1"}]"""));
        Assert.Equal("-32000 access denied", await _node.Call("trace_call", $$$$$$"""[{"to":"{{{{{{TraceHarness.Counter}}}}}}"},["trace"]]"""));
    }
}
