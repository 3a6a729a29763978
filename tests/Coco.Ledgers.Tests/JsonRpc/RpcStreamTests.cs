using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Ledgers.Tests.JsonRpc;

public sealed class RpcStreamTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly RpcHarness _node = new();
    private readonly Stream _stream = new();

    public void Dispose()
    {
        _node.Dispose();
        _stream.Dispose();
    }

    [Fact]
    public async Task Every_committed_block_is_told_once_and_in_order()
    {
        using IStreamHandler handler = _node.Protocol.Open(_stream);
        string id = await Subscribe(handler, "\"newHeads\"");
        // More than are kept decoded: some are read back from history.
        for (int i = 0; i < 600; i++) _node.Commit();
        for (ulong number = 1; number <= 600; number++)
        {
            JsonElement message = await _stream.Next();
            Assert.Equal("eth_subscription", message.GetProperty("method").GetString());
            Assert.Equal(id, message.GetProperty("params").GetProperty("subscription").GetString());
            Assert.Equal($"0x{number:x}", message.GetProperty("params").GetProperty("result").GetProperty("number").GetString());
        }
        Assert.True(_stream.IsEmpty);
    }

    [Fact]
    public async Task Logs_are_told_as_the_filter_says_and_no_more_after_the_end()
    {
        using IStreamHandler handler = _node.Protocol.Open(_stream);
        string id = await Subscribe(handler, """ "logs",{"address":"0x00000000000000000000000000000000000000c2"} """);
        await _node.Send(RpcHarness.Make(0, Address.FromNumber(0xc0)));
        await _node.Send(RpcHarness.Make(1, Address.FromNumber(0xc2)));
        JsonElement log = (await _stream.Next()).GetProperty("params").GetProperty("result");
        Assert.Equal("0x2", log.GetProperty("blockNumber").GetString());
        Assert.Equal("true", (await Ask(handler, "eth_unsubscribe", $"\"{id}\"")).GetProperty("result").GetRawText());
        await _node.Send(RpcHarness.Make(2, Address.FromNumber(0xc2)));
        Assert.Equal("subscription not found", (await Ask(handler, "eth_unsubscribe", $"\"{id}\"")).GetProperty("error").GetProperty("message").GetString());
        Assert.True(_stream.IsEmpty);
    }

    [Fact]
    public async Task Admitted_transactions_are_told()
    {
        using IStreamHandler handler = _node.Protocol.Open(_stream);
        await Subscribe(handler, "\"newPendingTransactions\"");
        EthereumTransaction transaction = RpcHarness.Make(0, Address.FromNumber(0xc0));
        await _node.Send(transaction);
        Assert.Equal(transaction.Hash.ToString(), (await _stream.Next()).GetProperty("params").GetProperty("result").GetString());
    }

    [Fact]
    public async Task An_unknown_subscription_is_refused()
    {
        using IStreamHandler handler = _node.Protocol.Open(_stream);
        JsonElement answer = await Ask(handler, "eth_subscribe", "\"gossip\"");
        Assert.Equal("no \"gossip\" subscription in eth namespace", answer.GetProperty("error").GetProperty("message").GetString());
    }

    private async Task<string> Subscribe(IStreamHandler handler, string parameters) =>
        (await Ask(handler, "eth_subscribe", parameters)).GetProperty("result").GetString()!;

    private async Task<JsonElement> Ask(IStreamHandler handler, string method, string parameters)
    {
        string message = $$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":[{{parameters}}]}""";
        await handler.HandleAsync(Encoding.UTF8.GetBytes(message), default);
        return await _stream.Next();
    }

    private sealed class Stream : IClientStream, IDisposable
    {
        private readonly ConcurrentQueue<string> _sent = new();
        private readonly SemaphoreSlim _count = new(0);
        private int _answeredBytes;

        public Caller Caller => Caller.Anonymous;
        public bool IsEmpty => _sent.IsEmpty;
        public int AnsweredBytes => Volatile.Read(ref _answeredBytes);

        public void Dispose() => _count.Dispose();

        public void Send(ReadOnlyMemory<byte> message)
        {
            _sent.Enqueue(Encoding.UTF8.GetString(message.Span));
            _count.Release();
        }

        public void Answered(int bytes) => Interlocked.Add(ref _answeredBytes, bytes);

        public async Task<JsonElement> Next()
        {
            Assert.True(await _count.WaitAsync(Patience));
            Assert.True(_sent.TryDequeue(out string? message));
            return JsonSerializer.Deserialize<JsonElement>(message!);
        }
    }
}
