using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;
using Coco.Ledgers;
using Coco.Primitives;
using Microsoft.AspNetCore.Http;

namespace Coco.Worker.Front;

/// <summary>One WebSocket client: messages are handled as they come, answers and pushes leave in order through one writer.</summary>
internal sealed class StreamSession : IClientStream
{
    private readonly WebSocket _socket;
    private readonly CancellationTokenSource _closing;
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(Limits.MaxStreamBacklog) { SingleReader = true });

    private StreamSession(WebSocket socket, CancellationTokenSource closing)
    {
        _socket = socket;
        _closing = closing;
    }

    public Caller Caller => Caller.Anonymous;

    public static async Task RunAsync(HttpContext context, IClientProtocol protocol)
    {
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var session = new StreamSession(socket, closing);
        using IStreamHandler handler = protocol.Open(session);
        Task writing = session.WriteAllAsync();
        try
        {
            await session.ReadAllAsync(handler);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The client went away, or was too slow and is cut off.
        }
        session._outgoing.Writer.TryComplete();
        await writing;
    }

    public void Send(ReadOnlyMemory<byte> message)
    {
        if (!_outgoing.Writer.TryWrite(message)) _closing.Cancel();
    }

    private async Task ReadAllAsync(IStreamHandler handler)
    {
        var message = new ByteWriter(4096);
        while (await ReadMessageAsync(message))
            await handler.HandleAsync(message.ToArray(), _closing.Token);
    }

    private async Task<bool> ReadMessageAsync(ByteWriter message)
    {
        message.Clear();
        while (true)
        {
            ValueWebSocketReceiveResult read = await _socket.ReceiveAsync(message.GetMemory(4096), _closing.Token);
            if (read.MessageType == WebSocketMessageType.Close) return false;
            message.Advance(read.Count);
            if (message.Length > Limits.MaxRequestBytes)
            {
                await _socket.CloseOutputAsync(WebSocketCloseStatus.MessageTooBig, "message too big", _closing.Token);
                return false;
            }
            if (read.EndOfMessage) return true;
        }
    }

    private async Task WriteAllAsync()
    {
        try
        {
            await foreach (ReadOnlyMemory<byte> message in _outgoing.Reader.ReadAllAsync(_closing.Token))
                await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _closing.Token);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _closing.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The reading side ends the session.
        }
    }
}
