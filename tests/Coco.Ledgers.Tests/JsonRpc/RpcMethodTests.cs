using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Ledgers.Tests.JsonRpc;

public sealed class RpcMethodTests : IDisposable
{
    private const string Counter = "0x00000000000000000000000000000000000000c0";
    private static readonly Address CounterAddress = Address.FromNumber(0xc0);
    private static readonly Address LoggerAddress = Address.FromNumber(0xc2);

    private readonly RpcHarness _node = new();

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData("eth_chainId", "\"0x7\"")]
    [InlineData("eth_blockNumber", "\"0x0\"")]
    [InlineData("net_version", "\"7\"")]
    [InlineData("net_listening", "true")]
    [InlineData("net_peerCount", "\"0x2\"")]
    [InlineData("eth_syncing", "false")]
    [InlineData("eth_accounts", "[]")]
    [InlineData("eth_coinbase", "-32000 etherbase must be explicitly specified")]
    [InlineData("eth_gasPrice", "\"0x0\"")]
    [InlineData("eth_maxPriorityFeePerGas", "\"0x0\"")]
    [InlineData("txpool_status", "{\"pending\":\"0x0\",\"queued\":\"0x0\"}")]
    public async Task The_node_tells_of_itself(string method, string expected) => Assert.Equal(expected, await _node.Call(method));

    [Fact]
    public async Task Keccak_is_that_of_the_bytes() =>
        Assert.Equal("\"0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470\"", await _node.Call("web3_sha3", "[\"0x\"]"));

    [Fact]
    public async Task A_transaction_that_was_sent_is_there_with_its_receipt()
    {
        EthereumTransaction transaction = RpcHarness.Make(0, Address.FromNumber(0xbeef), 5);
        Assert.Equal($"\"{transaction.Hash}\"", await _node.Send(transaction));
        JsonElement receipt = await _node.Json("eth_getTransactionReceipt", $"[\"{transaction.Hash}\"]");
        Assert.Equal("0x1", receipt.GetProperty("status").GetString());
        Assert.Equal("0x5208", receipt.GetProperty("gasUsed").GetString());
        Assert.Equal(RpcHarness.Rich, receipt.GetProperty("from").GetString());
        Assert.Equal(JsonValueKind.Null, receipt.GetProperty("contractAddress").ValueKind);
        JsonElement found = await _node.Json("eth_getTransactionByHash", $"[\"{transaction.Hash}\"]");
        Assert.Equal("0x5", found.GetProperty("value").GetString());
        Assert.Equal("0x1", found.GetProperty("blockNumber").GetString());
        Assert.Equal("\"0x1\"", await _node.Call("eth_getTransactionCount", $"[\"{RpcHarness.Rich}\",\"latest\"]"));
        Assert.Equal("\"0x5\"", await _node.Call("eth_getBalance", "[\"0x000000000000000000000000000000000000beef\"]"));
        Assert.Equal($"\"{RpcHarness.Hex(transaction.Raw)}\"", await _node.Call("eth_getRawTransactionByHash", $"[\"{transaction.Hash}\"]"));
    }

    [Fact]
    public async Task A_contract_can_be_deployed_called_and_looked_at()
    {
        // Returns 5f54 5f52 6020 5ff3: what slot 0 holds.
        byte[] init = Convert.FromHexString("675f545f5260205ff35f5260086018f3");
        EthereumTransaction transaction = RpcHarness.Make(0, null, 0, init);
        await _node.Send(transaction);
        JsonElement receipt = await _node.Json("eth_getTransactionReceipt", $"[\"{transaction.Hash}\"]");
        string contract = receipt.GetProperty("contractAddress").GetString()!;
        Assert.Equal("\"0x5f545f5260205ff3\"", await _node.Call("eth_getCode", $"[\"{contract}\",\"latest\"]"));
        string zero = "\"0x" + new string('0', 64) + "\"";
        Assert.Equal(zero, await _node.Call("eth_call", $$"""[{"to":"{{contract}}"},"latest"]"""));
        Assert.Equal(zero, await _node.Call("eth_getStorageAt", $"[\"{contract}\",\"0x0\",\"latest\"]"));
        Assert.Equal("\"0x" + new string('0', 62) + "2a\"", await _node.Call("eth_getStorageAt", $"[\"{Counter}\",\"0x1\"]"));
    }

    [Fact]
    public async Task The_same_transaction_sent_twice_is_executed_once_and_answered_alike()
    {
        EthereumTransaction transaction = RpcHarness.Make(0, CounterAddress);
        string first = await _node.Send(transaction);
        Assert.Equal(first, await _node.Send(transaction));
        Assert.Equal("\"0x1\"", await _node.Call("eth_blockNumber"));
        Assert.Equal("-32000 nonce too low: next nonce 1, tx nonce 0", await _node.Send(RpcHarness.Make(0, CounterAddress, 1)));
    }

    [Fact]
    public async Task A_held_transaction_counts_as_pending()
    {
        _node.Outcome = SubmissionState.Held;
        EthereumTransaction transaction = RpcHarness.Make(0, CounterAddress);
        Assert.Equal($"\"{transaction.Hash}\"", await _node.Send(transaction));
        Assert.Equal("null", await _node.Call("eth_getTransactionReceipt", $"[\"{transaction.Hash}\"]"));
        Assert.Equal("\"0x0\"", await _node.Call("eth_getTransactionCount", $"[\"{RpcHarness.Rich}\",\"latest\"]"));
        Assert.Equal("\"0x1\"", await _node.Call("eth_getTransactionCount", $"[\"{RpcHarness.Rich}\",\"pending\"]"));
        Assert.Equal("{\"pending\":\"0x1\",\"queued\":\"0x0\"}", await _node.Call("txpool_status"));
        JsonElement waiting = await _node.Json("eth_getTransactionByHash", $"[\"{transaction.Hash}\"]");
        Assert.Equal(JsonValueKind.Null, waiting.GetProperty("blockNumber").ValueKind);
        JsonElement content = await _node.Json("txpool_content");
        Assert.Equal(
            transaction.Hash.ToString(),
            content.GetProperty("pending").GetProperty("0xa94f5374Fce5edBC8E2a8697C15331677e6EbF0B").GetProperty("0").GetProperty("hash").GetString());
        Assert.StartsWith("0x00000000000000000000000000000000000000C0: 0 wei", (await _node.Json("txpool_inspect"))
            .GetProperty("pending").GetProperty("0xa94f5374Fce5edBC8E2a8697C15331677e6EbF0B").GetProperty("0").GetString());
        Assert.Single((await _node.Json("txpool_contentFrom", $"[\"{RpcHarness.Rich}\"]")).GetProperty("pending").EnumerateObject());
    }

    [Theory]
    [InlineData(SubmissionState.Refused)]
    [InlineData(SubmissionState.Busy)]
    public async Task A_refusal_by_the_pool_or_before_it_is_an_error(SubmissionState state)
    {
        _node.Outcome = state;
        Assert.Equal("-32000 txpool is full", await _node.Send(RpcHarness.Make(0, CounterAddress)));
    }

    [Fact]
    public async Task Sending_and_waiting_gives_the_receipt_or_the_hash_in_time()
    {
        EthereumTransaction transaction = RpcHarness.Make(0, CounterAddress);
        JsonElement receipt = await _node.Json("eth_sendRawTransactionSync", $"[\"{RpcHarness.Hex(transaction.Raw)}\"]");
        Assert.Equal(transaction.Hash.ToString(), receipt.GetProperty("transactionHash").GetString());
        _node.Outcome = SubmissionState.Held;
        EthereumTransaction held = RpcHarness.Make(1, CounterAddress);
        Assert.Equal(
            $"4 The transaction was added to the transaction pool but wasn't processed in 0.01s. {held.Hash}",
            await _node.Call("eth_sendRawTransactionSync", $"[\"{RpcHarness.Hex(held.Raw)}\",10]"));
    }

    [Fact]
    public async Task Calls_that_fail_say_why_as_geth_does()
    {
        string reverted = await _node.Call("eth_call", """[{"to":"0x00000000000000000000000000000000000000c1"},"latest"]""");
        Assert.StartsWith("3 execution reverted: zonk 0x08c379a0", reverted);
        Assert.StartsWith("3 execution reverted: zonk 0x08c379a0", await _node.Call("eth_estimateGas", """[{"to":"0x00000000000000000000000000000000000000c1"}]"""));
        Assert.Equal("-32000 invalid opcode: INVALID", await _node.Call("eth_call", """[{"to":"0x00000000000000000000000000000000000000c3"},"latest"]"""));
        Assert.Equal("-32000 out of gas", await _node.Call("eth_call", $$"""[{"to":"{{Counter}}","gas":"0x5300"},"latest"]"""));
        Assert.Equal(
            "-32000 err: insufficient funds for gas * price + value: address 0x0000000000000000000000000000000000000001 have 0 want 1 (supplied gas 50000000)",
            await _node.Call("eth_call", $$"""[{"from":"0x0000000000000000000000000000000000000001","to":"{{Counter}}","value":"0x1"},"latest"]"""));
        Assert.Equal("\"0x5208\"", await _node.Call("eth_estimateGas", """[{"to":"0x000000000000000000000000000000000000beef"}]"""));
    }

    [Fact]
    public async Task A_call_that_calls_itself_to_the_greatest_depth_ends_well() => Assert.Equal(
        "\"0x\"", await Task.Run(() => _node.Call("eth_call", """[{"to":"0x00000000000000000000000000000000000000c4"},"latest"]""")));

    [Fact]
    public async Task Blocks_are_named_by_number_hash_and_tag()
    {
        EthereumBlock genesis = _node.Ledger.Chain.Head!;
        await _node.Send(RpcHarness.Make(0, CounterAddress));
        Assert.Equal("\"0x0\"", await _node.Call("eth_getTransactionCount", $"[\"{RpcHarness.Rich}\",\"0x0\"]"));
        Assert.Equal("\"0x0\"", await _node.Call("eth_getTransactionCount", $"[\"{RpcHarness.Rich}\",\"earliest\"]"));
        Assert.Equal("\"0x0\"", await _node.Call("eth_getTransactionCount", $"[\"{RpcHarness.Rich}\",\"{genesis.Hash}\"]"));
        Assert.Equal("-32000 header not found", await _node.Call("eth_getBalance", $"[\"{RpcHarness.Rich}\",\"0x2\"]"));
        Assert.Equal("\"0x1\"", await _node.Call("eth_getTransactionCount", $$"""["{{RpcHarness.Rich}}",{"blockNumber":"0x1"}]"""));
        Assert.Equal("\"0x1\"", await _node.Call(
            "eth_getTransactionCount", $$"""["{{RpcHarness.Rich}}",{"blockHash":"{{_node.Ledger.Chain.Head!.Hash}}","requireCanonical":true}]"""));
        JsonElement block = await _node.Json("eth_getBlockByNumber", "[\"earliest\",false]");
        Assert.Equal(genesis.Hash.ToString(), block.GetProperty("hash").GetString());
        Assert.Equal("null", await _node.Call("eth_getBlockByNumber", "[\"0x9\",false]"));
        Assert.Equal("\"0x1\"", await _node.Call("eth_getBlockTransactionCountByNumber", "[\"latest\"]"));
        Assert.Equal("\"0x0\"", await _node.Call("eth_getUncleCountByBlockNumber", "[\"latest\"]"));
    }

    [Fact]
    public async Task A_block_hash_is_that_of_its_header_and_full_blocks_hold_transactions()
    {
        EthereumTransaction transaction = RpcHarness.Make(0, LoggerAddress);
        await _node.Send(transaction);
        JsonElement block = await _node.Json("eth_getBlockByNumber", "[\"latest\",true]");
        Assert.Equal(transaction.Hash.ToString(), block.GetProperty("transactions")[0].GetProperty("hash").GetString());
        Assert.Equal(block.GetRawText(), await _node.Call("eth_getBlockByHash", $"[\"{block.GetProperty("hash").GetString()}\",true]"));
        JsonElement at = await _node.Json("eth_getTransactionByBlockNumberAndIndex", "[\"latest\",\"0x0\"]");
        Assert.Equal(block.GetProperty("transactions")[0].GetRawText(), at.GetRawText());
        JsonElement receipts = await _node.Json("eth_getBlockReceipts", "[\"latest\"]");
        Assert.Equal(receipts[0].GetRawText(), await _node.Call("eth_getTransactionReceipt", $"[\"{transaction.Hash}\"]"));
    }

    [Fact]
    public async Task Logs_are_found_by_address_topic_and_block()
    {
        await _node.Send(RpcHarness.Make(0, LoggerAddress));
        await _node.Send(RpcHarness.Make(1, CounterAddress));
        await _node.Send(RpcHarness.Make(2, LoggerAddress));
        const string Logger = "0x00000000000000000000000000000000000000c2";
        string zero = "0x" + new string('0', 64);
        JsonElement all = await _node.Json("eth_getLogs", """[{"fromBlock":"earliest","toBlock":"latest"}]""");
        Assert.Equal(2, all.GetArrayLength());
        Assert.Equal("0x1", all[0].GetProperty("blockNumber").GetString());
        Assert.Equal("0x3", all[1].GetProperty("blockNumber").GetString());
        Assert.Equal(all.GetRawText(), await _node.Call("eth_getLogs", $$"""[{"fromBlock":"0x0","address":["{{Logger}}"],"topics":[["{{zero}}"]]}]"""));
        Assert.Equal("[]", await _node.Call("eth_getLogs", $$"""[{"fromBlock":"0x0","address":"{{Counter}}"}]"""));
        Assert.Equal("[]", await _node.Call("eth_getLogs", $$"""[{"fromBlock":"0x0","topics":[null,"{{zero}}"]}]"""));
        Assert.Single((await _node.Json("eth_getLogs", $$"""[{"blockHash":"{{_node.Ledger.Chain.Head!.Hash}}"}]""")).EnumerateArray());
        Assert.Equal("-32602 invalid block range params", await _node.Call("eth_getLogs", """[{"fromBlock":"0x3","toBlock":"0x1"}]"""));
        Assert.Equal("-32000 unknown block", await _node.Call("eth_getLogs", $$"""[{"blockHash":"{{zero}}"}]"""));
    }

    [Fact]
    public async Task Filters_tell_each_block_and_log_once()
    {
        string blocks = await _node.Call("eth_newBlockFilter"), logs = await _node.Call("eth_newFilter", "[{}]");
        string pending = await _node.Call("eth_newPendingTransactionFilter");
        EthereumTransaction transaction = RpcHarness.Make(0, LoggerAddress);
        await _node.Send(transaction);
        await _node.Send(RpcHarness.Make(1, CounterAddress));
        Assert.Equal(2, (await _node.Json("eth_getFilterChanges", $"[{blocks}]")).GetArrayLength());
        Assert.Equal("[]", await _node.Call("eth_getFilterChanges", $"[{blocks}]"));
        Assert.Single((await _node.Json("eth_getFilterChanges", $"[{logs}]")).EnumerateArray());
        Assert.Equal("[]", await _node.Call("eth_getFilterChanges", $"[{logs}]"));
        Assert.Equal(2, (await _node.Json("eth_getFilterChanges", $"[{pending}]")).GetArrayLength());
        Assert.Equal("true", await _node.Call("eth_uninstallFilter", $"[{blocks}]"));
        Assert.Equal("-32000 filter not found", await _node.Call("eth_getFilterChanges", $"[{blocks}]"));
        _node.UnixMs += 300_001;
        Assert.Equal("-32000 filter not found", await _node.Call("eth_getFilterChanges", $"[{logs}]"));
    }

    [Fact]
    public async Task A_fee_history_has_one_base_fee_more_than_blocks()
    {
        await _node.Send(RpcHarness.Make(0, CounterAddress));
        JsonElement history = await _node.Json("eth_feeHistory", "[\"0x5\",\"latest\",[25,75]]");
        Assert.Equal("0x0", history.GetProperty("oldestBlock").GetString());
        Assert.Equal(3, history.GetProperty("baseFeePerGas").GetArrayLength());
        Assert.Equal(2, history.GetProperty("gasUsedRatio").GetArrayLength());
        Assert.Equal(2, history.GetProperty("reward")[1].GetArrayLength());
        Assert.Equal("-32000 invalid reward percentile: 101.000000", await _node.Call("eth_feeHistory", "[1,\"latest\",[101]]"));
    }

    [Fact]
    public async Task A_proof_is_of_the_newest_state()
    {
        JsonElement proof = await _node.Json("eth_getProof", $"[\"{Counter}\",[\"0x1\"],\"latest\"]");
        Assert.Equal("0x2a", proof.GetProperty("storageProof")[0].GetProperty("value").GetString());
        Assert.NotEqual(0, proof.GetProperty("accountProof").GetArrayLength());
    }

    [Fact]
    public async Task An_access_list_names_what_a_call_touches()
    {
        JsonElement made = await _node.Json("eth_createAccessList", $$"""[{"to":"{{Counter}}"}]""");
        JsonElement item = Assert.Single(made.GetProperty("accessList").EnumerateArray());
        Assert.Equal(Counter, item.GetProperty("address").GetString());
        Assert.Equal(2, item.GetProperty("storageKeys").GetArrayLength());
        Assert.Equal("[\"0x" + new string('0', 62) + "2a\"]", (await _node.Json(
            "eth_getStorageValues", $$"""[{"{{Counter}}":["0x{{new string('0', 63)}}1"]},"latest"]""")).GetProperty(Counter).GetRawText());
    }

    [Fact]
    public async Task Who_may_not_see_gets_nothing()
    {
        EthereumTransaction transaction = RpcHarness.Make(0, LoggerAddress);
        await _node.Send(transaction);
        _node.Decision = AccessDecision.Deny;
        Assert.Equal("-32000 access denied", await _node.Call("eth_getBalance", $"[\"{RpcHarness.Rich}\"]"));
        Assert.Equal("-32000 access denied", await _node.Call("eth_call", $$"""[{"to":"{{Counter}}"}]"""));
        Assert.Equal("-32000 access denied", await _node.Send(RpcHarness.Make(1, CounterAddress)));
        Assert.Equal("null", await _node.Call("eth_getTransactionReceipt", $"[\"{transaction.Hash}\"]"));
        Assert.Equal("null", await _node.Call("eth_getTransactionByHash", $"[\"{transaction.Hash}\"]"));
        Assert.Equal("null", await _node.Call("eth_getBlockByNumber", "[\"latest\",true]"));
        Assert.Equal("[]", await _node.Call("eth_getLogs", """[{"fromBlock":"0x0"}]"""));
    }
}
