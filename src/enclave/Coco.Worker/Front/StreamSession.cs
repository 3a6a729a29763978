using System.Diagnostics;
using System.Net.WebSockets;
using System.Threading.Channels;
using Coco.Ledgers;
using Coco.Primitives;
using Microsoft.AspNetCore.Http;

namespace Coco.Worker.Front;

/// <summary>One WebSocket client: messages are handled as they come, answers and pushes leave in order through one writer.</summary>
internal sealed class StreamSession : IClientStream
{
    /// <summary>1013 of the IANA registry of close codes.</summary>
    private const WebSocketCloseStatus TryAgainLater = (WebSocketCloseStatus)1013;
    private const int PieceBytes = 4_096;
    private const int LookAgainMs = 50;

    private readonly WebSocket _socket;
    private readonly CancellationTokenSource _closing;
    private readonly FrontLimits _limits;
    private readonly MessageMemory _memory;
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing;
    private TaskCompletionSource? _less;
    private ByteWriter _message = new(PieceBytes);
    private long _underWay;
    private long _backlog;

    private StreamSession(WebSocket socket, CancellationTokenSource closing, FrontLimits limits, MessageMemory memory)
    {
        (_socket, _closing, _limits, _memory) = (socket, closing, limits, memory);
        _outgoing = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(limits.StreamBacklog) { SingleReader = true });
    }

    public Caller Caller => Caller.Anonymous;

    public static async Task RunAsync(
        HttpContext context, IClientProtocol protocol, FrontLimits limits, MessageMemory memory, Func<NodeHealth> health)
    {
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var session = new StreamSession(socket, closing, limits, memory);
        using IStreamHandler handler = protocol.Open(session);
        Task writing = session.WriteAllAsync();
        try
        {
            await session.ReadAllAsync(handler, health);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The client went away, or was too slow and is cut off.
        }
        session._outgoing.Writer.TryComplete();
        await writing;
        session.Forget();
    }

    public void Send(ReadOnlyMemory<byte> message)
    {
        if (!TryQueue(message)) Cut();
    }

    public void Answered(int bytes)
    {
        _memory.Give(bytes);
        Interlocked.Add(ref _underWay, -bytes);
        Volatile.Read(ref _less)?.TrySetResult();
    }

    private bool TryQueue(ReadOnlyMemory<byte> message)
    {
        if (!_memory.TryTake(message.Length, message.Length)) return false;
        if (Interlocked.Add(ref _backlog, message.Length) <= _limits.StreamBacklogBytes && _outgoing.Writer.TryWrite(message)) return true;
        Left(message);
        return false;
    }

    /// <summary>A message waits no more.</summary>
    private void Left(ReadOnlyMemory<byte> message)
    {
        Interlocked.Add(ref _backlog, -message.Length);
        _memory.Give(message.Length);
    }

    private void Cut()
    {
        try
        {
            _closing.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // What was under way when the session ended is answered to nobody.
        }
    }

    private async Task ReadAllAsync(IStreamHandler handler, Func<NodeHealth> health)
    {
        while (await ReadMessageAsync() is { } message)
        {
            Interlocked.Add(ref _underWay, message.Length);
            if (await WaitUntilServingAsync(health) is { } reason)
            {
                Answered(message.Length);
                await RefuseAsync(TryAgainLater, reason);
                return;
            }
            await handler.HandleAsync(message, _closing.Token);
            await WaitForLessAsync();
        }
    }

    /// <summary>Null, or why the node still can't serve after all patience.</summary>
    private async ValueTask<string?> WaitUntilServingAsync(Func<NodeHealth> health)
    {
        NodeHealth now = health();
        for (long begun = Stopwatch.GetTimestamp(); !now.IsServing && Stopwatch.GetElapsedTime(begun) < _limits.StreamPatience; now = health())
            await Task.Delay(LookAgainMs, _closing.Token);
        return now.IsServing ? null : now.Reason;
    }

    private async ValueTask WaitForLessAsync()
    {
        while (Interlocked.Read(ref _underWay) > _limits.StreamBytes)
        {
            var less = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _less, less);
            // Whoever took bytes away before the exchange did not see it.
            if (Interlocked.Read(ref _underWay) > _limits.StreamBytes) await less.Task.WaitAsync(_closing.Token);
        }
    }

    /// <summary>The next message, for which room is taken; null at the end, or where there is none.</summary>
    private async Task<byte[]?> ReadMessageAsync()
    {
        _message.Clear();
        long begun = 0;
        bool isWhole = false;
        try
        {
            while (!isWhole)
            {
                ValueWebSocketReceiveResult read = await ReceiveAsync(begun);
                if (begun == 0) begun = Stopwatch.GetTimestamp();
                if (read.MessageType == WebSocketMessageType.Close) return null;
                bool hasRoom = _memory.TryTake(read.Count, _message.Length + read.Count);
                if (hasRoom) _message.Advance(read.Count);
                else await RefuseAsync(TryAgainLater, "too many requests are under way");
                if (_message.Length > _limits.RequestBytes) await RefuseAsync(WebSocketCloseStatus.MessageTooBig, "message too big");
                if (!hasRoom || _message.Length > _limits.RequestBytes) return null;
                isWhole = read.EndOfMessage;
            }
            if (_message.Length > _limits.SmallMessageBytes) await Task.Yield(); // as HttpExchange does
            return _message.ToArray();
        }
        finally
        {
            if (!isWhole) _memory.Give(_message.Length);
            if (_message.Length > _limits.SmallMessageBytes) _message = new ByteWriter(PieceBytes);
        }
    }

    /// <summary>What has begun must go on at the pace that is asked of every client.</summary>
    private async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(long begun)
    {
        if (begun == 0) return await _socket.ReceiveAsync(_message.GetMemory(PieceBytes), _closing.Token);
        TimeSpan left = _limits.TimeFor(_message.Length) - Stopwatch.GetElapsedTime(begun);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        late.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        return await _socket.ReceiveAsync(_message.GetMemory(PieceBytes), late.Token);
    }

    private Task RefuseAsync(WebSocketCloseStatus status, string reason) => _socket.CloseOutputAsync(status, reason, _closing.Token);

    private async Task WriteAllAsync()
    {
        try
        {
            await foreach (ReadOnlyMemory<byte> message in _outgoing.Reader.ReadAllAsync(_closing.Token)) await WriteAsync(message);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _closing.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The reading side ends the session.
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> message)
    {
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _closing.Token);
        }
        finally
        {
            Left(message);
        }
    }

    /// <summary>After the end, when nothing more gets in.</summary>
    private void Forget()
    {
        while (_outgoing.Reader.TryRead(out ReadOnlyMemory<byte> message)) Left(message);
    }
}
