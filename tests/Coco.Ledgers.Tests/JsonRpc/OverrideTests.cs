using System.Text.Json;

namespace Coco.Ledgers.Tests.JsonRpc;

public sealed class OverrideTests : IDisposable
{
    private const string Sender = "0x00000000000000000000000000000000000000aa";

    /// <summary>NUMBER, TIMESTAMP, GASLIMIT, COINBASE, PREVRANDAO, BASEFEE, BLOBBASEFEE as words.</summary>
    private const string BlockReader = "0x435f5242602052456040524160605244608052485f60a05260a0524a60c05260e05ff3";

    private readonly RpcHarness _node = TraceHarness.Make();

    public void Dispose() => _node.Dispose();

    private Task<string> Call(string call, string overrides, string block = "") =>
        _node.Call("eth_call", $"[{call},\"latest\",{overrides}{(block.Length > 0 ? "," + block : "")}]");

    private static string Word(string hex) => hex.PadLeft(64, '0');

    [Fact]
    public async Task Slots_code_and_balance_are_pretended()
    {
        string call = $$$$$$"""{"to":"{{{{{{TraceHarness.Counter}}}}}}"}""", zero = "0x" + Word("0");
        string slot = $$$$$$"""{"{{{{{{TraceHarness.Counter}}}}}}":{"stateDiff":{"{{{{{{zero}}}}}}":"0x{{{{{{Word("77")}}}}}}"}}}""";
        Assert.Equal($"\"0x{Word("77")}\"", await Call(call, slot));
        Assert.Equal($"\"0x{Word("77")}\"", await Call(call, slot.Replace("stateDiff", "state", StringComparison.Ordinal)));
        Assert.Equal("\"0x" + Word("0") + "\"", await Call(call, "{}"));
        // SELFBALANCE and the 42 that slot 1 held.
        string both = $$$$$$"""{"to":"{{{{{{TraceHarness.Counter}}}}}}"}""";
        string code = "0x475f5260015460205260405ff3";
        Assert.Equal(
            $"\"0x{Word("9")}{Word("2a")}\"", await Call(both, $$$$$$"""{"{{{{{{TraceHarness.Counter}}}}}}":{"balance":"0x9","code":"{{{{{{code}}}}}}"}}"""));
        Assert.Equal(
            $"\"0x{Word("0")}{Word("0")}\"", await Call(both, $$$$$$"""{"{{{{{{TraceHarness.Counter}}}}}}":{"code":"{{{{{{code}}}}}}","state":{}}}"""));
    }

    /// <summary>Code of the caller's own would tell the slots: it needs what eth_getStorageAt needs, unless they are replaced too.</summary>
    [Theory]
    [InlineData("eth_call", "[{0},\"latest\",{1}]")]
    [InlineData("eth_estimateGas", "[{0},\"latest\",{1}]")]
    [InlineData("eth_createAccessList", "[{0},\"latest\",{1}]")]
    [InlineData("debug_traceCall", "[{0},\"latest\",{{\"stateOverrides\":{1}}}]")]
    [InlineData("eth_simulateV1", "[{{\"blockStateCalls\":[{{\"stateOverrides\":{1},\"calls\":[{0}]}}]}}]")]
    public async Task Code_over_slots_that_stay_needs_the_right_to_read_them(string method, string form)
    {
        string call = $$$$$$"""{"to":"{{{{{{TraceHarness.Counter}}}}}}"}""";
        string opened = $$$$$$"""{"{{{{{{TraceHarness.Counter}}}}}}":{"code":"0x5f5460205260205ff3"}}""";
        string closed = $$$$$$"""{"{{{{{{TraceHarness.Counter}}}}}}":{"code":"0x5f5460205260205ff3","state":{}}}""";
        Assert.False((await Ask(opened)).StartsWith("-32000 access denied", StringComparison.Ordinal));
        _node.DeniedKind = "storage";
        Assert.StartsWith("-32000 access denied", await Ask(opened));
        Assert.False((await Ask(closed)).StartsWith('-'));
        Assert.False((await Ask("{}")).StartsWith('-'));

        Task<string> Ask(string overrides) => _node.Call(method, string.Format(System.Globalization.CultureInfo.InvariantCulture, form, call, overrides));
    }

    [Fact]
    public async Task A_pretended_balance_pays_and_a_pretended_nonce_names_contracts()
    {
        string call = $$$$$$"""{"from":"{{{{{{Sender}}}}}}","to":"{{{{{{TraceHarness.Empty}}}}}}","value":"0x5"}""";
        Assert.StartsWith("-32000 err: insufficient funds for gas * price + value: address", await Call(call, "{}"));
        Assert.Equal("\"0x\"", await Call(call, $$$$$$"""{"{{{{{{Sender}}}}}}":{"balance":"0x5"}}"""));
        string create = $$$$$$"""{"from":"{{{{{{Sender}}}}}}","input":"0x305f5260205ff3"}""";
        Assert.True(Coco.Evm.Address.TryParse(Sender, out Coco.Evm.Address sender));
        string made = Coco.Evm.ContractAddress.OfNonce(sender, 6).ToString();
        Assert.Equal($"\"0x{Word(made[2..])}\"", await Call(create, $$$$$$"""{"{{{{{{Sender}}}}}}":{"nonce":"0x6"}}"""));
        Assert.Equal("\"0x5208\"", await _node.Call("eth_estimateGas", $$$$$$"""[{{{{{{call}}}}}},"latest",{"{{{{{{Sender}}}}}}":{"balance":"0x5"}}]"""));
        JsonElement list = await _node.Json(
            "eth_createAccessList", $$$$$$"""[{"from":"{{{{{{Sender}}}}}}","to":"{{{{{{TraceHarness.Empty}}}}}}"},"latest",{"{{{{{{TraceHarness.Empty}}}}}}":{"code":"0x600754"}}]""");
        Assert.EndsWith("7", list.GetProperty("accessList")[0].GetProperty("storageKeys")[0].GetString());
    }

    [Fact]
    public async Task A_precompiled_contract_is_moved_and_its_place_takes_code()
    {
        const string To = "0x0000000000000000000000000000000000123456", Identity = "0x0000000000000000000000000000000000000004";
        string moved = $$$$$$"""{"{{{{{{Identity}}}}}}":{"movePrecompileToAddress":"{{{{{{To}}}}}}","code":"0x60aa5f5260205ff3"}}""";
        Assert.Equal("\"0x0102\"", await Call($$$$$$"""{"to":"{{{{{{To}}}}}}","input":"0x0102"}""", moved));
        Assert.Equal($"\"0x{Word("aa")}\"", await Call($$$$$$"""{"to":"{{{{{{Identity}}}}}}","input":"0x0102"}""", moved));
        // Through a contract: the call inside goes to the moved one too.
        string caller = $$$$$$"""{"{{{{{{Identity}}}}}}":{"movePrecompileToAddress":"{{{{{{To}}}}}}"},"{{{{{{TraceHarness.Empty}}}}}}":{"code":"0x60075f5260205f60205f5f62123456620f4240f160205ff3"}}""";
        Assert.Equal($"\"0x{Word("7")}\"", await Call($$$$$$"""{"to":"{{{{{{TraceHarness.Empty}}}}}}"}""", caller));
        Assert.Equal(
            "-32000 account 0x00000000000000000000000000000000000000C0 is not a precompile",
            await Call($$$$$$"""{"to":"{{{{{{To}}}}}}"}""", $$$$$$"""{"{{{{{{TraceHarness.Counter}}}}}}":{"movePrecompileToAddress":"{{{{{{To}}}}}}"}}"""));
        Assert.Equal(
            "-32000 account 0x0000000000000000000000000000000000123456 is already overridden",
            await Call($$$$$$"""{"to":"{{{{{{To}}}}}}"}""", $$$$$$"""{"{{{{{{Identity}}}}}}":{"movePrecompileToAddress":"{{{{{{To}}}}}}"},"{{{{{{To}}}}}}":{"balance":"0x1"}}"""));
    }

    [Fact]
    public async Task The_block_is_pretended()
    {
        string state = $$$$$$"""{"{{{{{{TraceHarness.Empty}}}}}}":{"code":"{{{{{{BlockReader}}}}}}"}}""";
        string block = $$$$$$"""{"number":"0x64","time":"0x3e8","gasLimit":"0x7b","feeRecipient":"{{{{{{Sender}}}}}}","prevRandao":"0x{{{{{{Word("beef")}}}}}}","baseFeePerGas":"0x9","blobBaseFee":"0x8"}""";
        // A call without a price sees no base fee, as in geth.
        Assert.Equal(
            $"\"0x{Word("64")}{Word("3e8")}{Word("7b")}{Word("aa")}{Word("beef")}{Word("0")}{Word("8")}\"",
            await Call($$$$$$"""{"to":"{{{{{{TraceHarness.Empty}}}}}}"}""", state, block));
        Assert.Equal(
            "-32000 block override \"beaconRoot\" is not supported for this RPC method",
            await Call($$$$$$"""{"to":"{{{{{{TraceHarness.Empty}}}}}}"}""", state, $$$$$$"""{"beaconRoot":"0x{{{{{{Word("1")}}}}}}"}"""));
    }

    [Theory]
    [InlineData("""{"0xzz":{}}""", "-32602 invalid argument 2: hex string has length 2, want 40 for common.Address")]
    [InlineData("[]", "-32602 invalid argument 2: json: cannot unmarshal array into Go value of type override.StateOverride")]
    [InlineData("""{"0x00000000000000000000000000000000000000c0":{"balance":"5"}}""", "-32602 invalid argument 2: json: cannot unmarshal hex string without 0x prefix into Go value of type hexutil.Big")]
    [InlineData("""{"0x00000000000000000000000000000000000000c0":{"state":{},"stateDiff":{}}}""", "-32000 account 0x00000000000000000000000000000000000000C0 has both 'state' and 'stateDiff'")]
    public async Task Overrides_that_are_wrong_are_refused(string overrides, string error) =>
        Assert.Equal(error, await Call($$$$$$"""{"to":"{{{{{{TraceHarness.Empty}}}}}}"}""", overrides));
}
