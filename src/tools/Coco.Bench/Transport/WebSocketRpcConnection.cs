using System.Net.WebSockets;

namespace Coco.Bench;

/// <summary>JSON-RPC over one WebSocket: a text message each way.</summary>
internal sealed class WebSocketRpcConnection(Uri target, TlsTrust trust) : IRpcConnection
{
    private ClientWebSocket? _socket;
    private byte[] _answer = new byte[16 << 10];

    public RequestBuffer Request { get; } = new();

    public async ValueTask ConnectAsync(CancellationToken cancellation)
    {
        await DisposeAsync();
        _socket = new ClientWebSocket();
        if (target.Scheme == Uri.UriSchemeWss) _socket.Options.RemoteCertificateValidationCallback = trust.Callback;
        try
        {
            await _socket.ConnectAsync(target, cancellation);
        }
        catch (WebSocketException wrong)
        {
            throw new IOException($"{target} does not answer: {wrong.Message}", wrong);
        }
    }

    public async ValueTask<ReadOnlyMemory<byte>> ExchangeAsync(CancellationToken cancellation)
    {
        ClientWebSocket socket = _socket ?? throw new IOException("The connection is closed.");
        try
        {
            await socket.SendAsync(Request.Body, WebSocketMessageType.Text, endOfMessage: true, cancellation);
            int length = 0;
            while (true)
            {
                if (length == _answer.Length) Array.Resize(ref _answer, length * 2);
                ValueWebSocketReceiveResult got = await socket.ReceiveAsync(_answer.AsMemory(length), cancellation);
                if (got.MessageType == WebSocketMessageType.Close) throw new IOException("The node closed the connection.");
                length += got.Count;
                if (got.EndOfMessage) return _answer.AsMemory(0, length);
            }
        }
        catch (WebSocketException wrong)
        {
            throw new IOException(wrong.Message, wrong);
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        _socket = null;
        return ValueTask.CompletedTask;
    }
}
