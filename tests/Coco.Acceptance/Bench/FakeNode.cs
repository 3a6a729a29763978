using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Coco.Crypto;
using Coco.Ledgers.Ethereum;

namespace Coco.Acceptance.Bench;

/// <summary>An Ethereum node as far as a load run asks: every account is rich, every transaction commits unless the test says otherwise.</summary>
internal sealed class FakeNode : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, int> _asked = new();
    private readonly ConcurrentDictionary<string, EthereumTransaction> _sent = new();
    private int _requests;

    public FakeNode()
    {
        Url = new Uri($"http://127.0.0.1:{FreePort()}/");
        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Url { get; }

    /// <summary>Null, or why a transaction is refused.</summary>
    public Func<EthereumTransaction, string?> Refuse { get; init; } = _ => null;

    public Func<EthereumTransaction, bool> Reverts { get; init; } = _ => false;

    /// <summary>How often the receipt is not there yet.</summary>
    public int EmptyReceipts { get; init; } = 1;

    public int Requests => _requests;

    public ICollection<EthereumTransaction> Sent => _sent.Values;

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(await _listener.GetContextAsync());
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            _asked.Clear();
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        Interlocked.Increment(ref _requests);
        JsonNode request = (await JsonNode.ParseAsync(context.Request.InputStream))!;
        JsonNode answer = request is JsonArray calls ? new JsonArray([.. calls.Reverse().Select(call => Answer(call!))]) : Answer(request);
        byte[] body = System.Text.Encoding.UTF8.GetBytes(answer.ToJsonString());
        context.Response.ContentLength64 = body.Length;
        await context.Response.OutputStream.WriteAsync(body);
        context.Response.Close();
    }

    private JsonObject Answer(JsonNode call)
    {
        JsonObject answer = new() { ["jsonrpc"] = "2.0", ["id"] = call["id"]!.DeepClone() };
        string first = call["params"]!.AsArray().FirstOrDefault()?.ToString() ?? "";
        if ((string)call["method"]! == "eth_sendRawTransaction") Send(first, answer);
        else answer["result"] = Result((string)call["method"]!, first);
        return answer;
    }

    private JsonNode? Result(string method, string first) => method switch
    {
        "eth_chainId" => "0x7e1",
        "eth_getBlockByNumber" => new JsonObject
        {
            ["number"] = "0x5",
            ["hash"] = "0x" + new string('1', 64),
            ["stateRoot"] = "0x" + new string('2', 64),
            ["baseFeePerGas"] = "0x0",
        },
        "eth_getTransactionCount" => "0x3",
        "eth_getCode" => "0x6001",
        "eth_getBalance" => "0xffffffffffffffffffffff",
        "eth_getTransactionReceipt" => Receipt(first),
        "eth_call" => "0x01",
        "eth_getLogs" => new JsonArray(),
        _ => throw new InvalidOperationException(method),
    };

    private void Send(string hex, JsonObject answer)
    {
        byte[] raw = Convert.FromHexString(hex.AsSpan(2));
        Assert.True(TransactionDecoder.TryDecode(raw, out EthereumTransaction? transaction, out string? wrong), wrong);
        if (Refuse(transaction!) is { } reason)
        {
            answer["error"] = new JsonObject { ["code"] = -32000, ["message"] = reason };
            return;
        }
        string hash = "0x" + Convert.ToHexStringLower(Keccak256.Hash(raw).Span);
        _sent[hash] = transaction!;
        answer["result"] = hash;
    }

    private JsonObject? Receipt(string hash)
    {
        if (!_sent.TryGetValue(hash, out EthereumTransaction? transaction)) return null;
        if (_asked.AddOrUpdate(hash, 1, (_, times) => times + 1) <= EmptyReceipts) return null;
        return new JsonObject { ["transactionHash"] = hash, ["status"] = Reverts(transaction) ? "0x0" : "0x1" };
    }

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
