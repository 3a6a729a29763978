using System.Text;
using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Ledgers.Tests.Socket;

namespace Coco.Ledgers.Tests.JsonRpc;

public sealed class RpcWireTests : IDisposable
{
    private readonly RpcHarness _node = new();

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData("1", "1")]
    [InlineData("\"a\\u0041\"", "\"a\\u0041\"")]
    [InlineData("null", "null")]
    [InlineData("-1.5e3", "-1.5e3")]
    [InlineData("true", "true")]
    public async Task An_id_comes_back_as_it_was(string id, string expected) => Assert.Equal(
        $$"""{"jsonrpc":"2.0","id":{{expected}},"result":"0x7"}""",
        await _node.Post($$"""{"jsonrpc":"2.0","id":{{id}},"method":"eth_chainId"}"""));

    [Theory]
    [InlineData("{", """{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}""")]
    [InlineData("nonsense", """{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}""")]
    [InlineData("", "")]
    [InlineData("[]", """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"empty batch"}}""")]
    [InlineData("1", """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}}""")]
    [InlineData("[1]", """[{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}}]""")]
    [InlineData("""{"id":3,"method":"eth_chainId"}""", """{"jsonrpc":"2.0","id":3,"error":{"code":-32600,"message":"invalid request"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}""", """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"eth_chainId"}""", "")]
    [InlineData("""[{"jsonrpc":"2.0","method":"eth_chainId"}]""", "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"no\"ne"}""", """{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the method no\"ne does not exist/is not available"}}""")]
    public async Task Messages_that_are_no_calls_are_answered_as_geth_answers(string message, string expected) =>
        Assert.Equal(expected, await _node.Post(message));

    [Theory]
    [InlineData("eth_getBalance", "[]", "-32602 missing value for required argument 0")]
    [InlineData("eth_getBalance", "{}", "-32602 non-array args")]
    [InlineData("eth_chainId", "[1]", "-32602 too many arguments, want at most 0")]
    [InlineData("eth_getBalance", "[\"0x12\"]", "-32602 invalid argument 0: hex string has length 2, want 40 for common.Address")]
    [InlineData("eth_getBalance", "[\"12\"]", "-32602 invalid argument 0: json: cannot unmarshal hex string without 0x prefix into Go value of type common.Address")]
    [InlineData("eth_getBalance", "[1]", "-32602 invalid argument 0: json: cannot unmarshal non-string into Go value of type common.Address")]
    [InlineData("eth_getBalance", "[\"0x00000000000000000000000000000000000000c0\",\"0x01\"]", "-32602 invalid argument 1: hex number with leading zero digits")]
    [InlineData("eth_getBalance", "[\"0x00000000000000000000000000000000000000c0\",-1]", "-32602 invalid argument 1: json: cannot unmarshal number into Go value of type string")]
    [InlineData("eth_getBalance", "[\"0x00000000000000000000000000000000000000c0\",\"newest\"]", "-32602 invalid argument 1: hex string without 0x prefix")]
    [InlineData("eth_getBlockByNumber", "[\"latest\"]", "-32602 missing value for required argument 1")]
    [InlineData("eth_getBlockByNumber", "[\"latest\",\"x\"]", "-32602 invalid argument 1: json: cannot unmarshal string into Go value of type bool")]
    [InlineData("eth_sendRawTransaction", "[\"0x1\"]", "-32602 invalid argument 0: json: cannot unmarshal hex string of odd length into Go value of type hexutil.Bytes")]
    [InlineData("eth_sendRawTransaction", "[\"0x\"]", "-32000 typed transaction too short")]
    [InlineData("eth_subscribe", "[\"newHeads\"]", "-32601 notifications not supported")]
    [InlineData("eth_call", "[3]", "-32602 invalid argument 0: json: cannot unmarshal number into Go value of type ethapi.TransactionArgs")]
    [InlineData("eth_getLogs", "[{\"blockHash\":\"0x0000000000000000000000000000000000000000000000000000000000000000\",\"fromBlock\":\"0x1\"}]", "-32602 invalid argument 0: cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other")]
    public async Task Wrong_parameters_are_named_as_geth_names_them(string method, string parameters, string expected) =>
        Assert.Equal(expected, await _node.Call(method, parameters));

    [Fact]
    public async Task A_batch_is_answered_in_its_order()
    {
        EthereumTransaction transaction = RpcHarness.Make(0, Address.FromNumber(1), 1);
        string answer = await _node.Post($$"""
            [{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["{{RpcHarness.Hex(transaction.Raw)}}"]},
             {"jsonrpc":"2.0","method":"eth_chainId"}, 7, {"jsonrpc":"2.0","id":"x","method":"eth_chainId","params":[]}]
            """);
        Assert.Equal(
            $$"""[{"jsonrpc":"2.0","id":1,"result":"{{transaction.Hash}}"},"""
                + """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"invalid request"}},{"jsonrpc":"2.0","id":"x","result":"0x7"}]""",
            answer);
    }

    /// <summary>Each trace is some megabytes: what comes after 25 MB is not executed, so that a batch never fills the memory.</summary>
    [Fact]
    public async Task A_batch_of_large_answers_ends_at_its_limit()
    {
        const string Loop = """{"jsonrpc":"2.0","id":5,"method":"debug_traceCall","params":[{"to":"0x00000000000000000000000000000000000000c0","gas":"0x30d40"},"latest",{"stateOverrides":{"0x00000000000000000000000000000000000000c0":{"code":"0x5b5f56"}}}]}""";
        string answer = await _node.Post("[" + string.Join(',', Enumerable.Repeat(Loop, 100)) + "]");
        using var answers = System.Text.Json.JsonDocument.Parse(answer);
        Assert.Equal(100, answers.RootElement.GetArrayLength());
        Assert.True(answers.RootElement[0].TryGetProperty("result", out _));
        Assert.Equal(-32003, answers.RootElement[99].GetProperty("error").GetProperty("code").GetInt32());
        Assert.InRange(answer.Length, 20_000_000, 60_000_000);
    }

    [Fact]
    public async Task A_batch_is_not_begun_any_more_after_its_time()
    {
        _node.ClockStep = 5_000;
        string call = """{"jsonrpc":"2.0","id":5,"method":"eth_chainId"}""";
        string answer = await _node.Post("[" + string.Join(',', Enumerable.Repeat(call, 20)) + "]");
        Assert.StartsWith("""[{"jsonrpc":"2.0","id":5,"result":"0x7"},""", answer);
        Assert.EndsWith("""{"jsonrpc":"2.0","id":5,"error":{"code":-32002,"message":"request timed out"}}]""", answer);
    }

    [Fact]
    public async Task A_batch_that_is_too_long_is_refused()
    {
        string call = """{"jsonrpc":"2.0","id":5,"method":"eth_chainId"}""";
        string answer = await _node.Post("[" + string.Join(',', Enumerable.Repeat(call, 1_001)) + "]");
        Assert.Equal("""[{"jsonrpc":"2.0","id":5,"error":{"code":-32600,"message":"batch too large"}}]""", answer);
    }

    [Fact]
    public async Task Too_deep_is_no_json() => Assert.Contains(
        "-32700", await _node.Post("""{"jsonrpc":"2.0","id":1,"method":"eth_call","params":""" + new string('[', 64) + new string(']', 64) + "}"));

    [Fact]
    public async Task A_linearizable_read_needs_a_leader()
    {
        const string Call = """{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}""";
        Assert.Contains("\"result\"", await _node.Post(Call, "consistency=linearizable"));
        _node.HasLeader = false;
        Assert.Contains("-32000", await _node.Post(Call, "a=b&consistency=linearizable"));
        Assert.Contains("-32000", await _node.Post(Call, "", name => name == "x-coco-consistency" ? "linearizable" : null));
        Assert.Contains("\"result\"", await _node.Post(Call));
    }

    [Fact]
    public async Task Whatever_comes_the_answer_is_json_rpc()
    {
        string[] seeds =
        [
            """{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"to":"0x00000000000000000000000000000000000000c0","data":"0x1234","value":"0x0","accessList":[{"address":"0x00000000000000000000000000000000000000c0","storageKeys":["0x0000000000000000000000000000000000000000000000000000000000000001"]}]},"latest"]}""",
            """[{"jsonrpc":"2.0","id":1,"method":"eth_getLogs","params":[{"fromBlock":"0x0","address":["0x00000000000000000000000000000000000000c0"],"topics":[null,["0x0000000000000000000000000000000000000000000000000000000000000001"]]}]}]""",
            """{"jsonrpc":"2.0","id":"\u00e9","method":"eth_feeHistory","params":["0x5","latest",[1.5,20]]}""",
            """{"jsonrpc":"2.0","id":1,"method":"eth_getProof","params":["0x00000000000000000000000000000000000000c0",["0x1"],{"blockNumber":"0x0"}]}""",
            """{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransactionSync","params":["0x02f86507808080825208","0x1"]}""",
        ];
        var random = new Random(20_260_101);
        for (int i = 0; i < 4_000; i++)
        {
            byte[] message = Encoding.UTF8.GetBytes(seeds[i % seeds.Length]);
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                int at = random.Next(message.Length);
                switch (random.Next(3))
                {
                    case 0: message[at] = (byte)random.Next(256); break;
                    case 1: message = [.. message[..at], .. message[random.Next(message.Length)..]]; break;
                    default: message[at] = (byte)"{}[]\",:0x\\"[random.Next(10)]; break;
                }
                if (message.Length == 0) message = [(byte)'['];
            }
            var answer = new Coco.Primitives.ByteWriter();
            var question = new HttpQuestion("POST", "/", "", message, Caller.Anonymous);
            HttpAnswer http = await _node.Protocol.HandleAsync(question, answer, default);
            Assert.Equal(200, http.Status);
            if (answer.Length == 0) continue;
            string text = Encoding.UTF8.GetString(answer.Span);
            Assert.DoesNotContain("-32603", text);
            using JsonDocument document = JsonDocument.Parse(answer.ToArray());
            Assert.True(document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array, text);
        }
    }
}
