using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text;

namespace Coco.Bench;

/// <summary>HTTP/1.1 with keep-alive over a bare socket or TLS. Allocates nothing per exchange once its buffers have grown.</summary>
internal sealed class HttpRpcConnection(Uri target, TlsTrust trust) : IRpcConnection
{
    private readonly byte[] _head = Encoding.ASCII.GetBytes(
        $"POST {target.PathAndQuery} HTTP/1.1\r\nHost: {target.Authority}\r\n" +
        "Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: ");

    private readonly HttpResponseBuffer _response = new();
    private Stream? _stream;

    public RequestBuffer Request { get; } = new();

    public async ValueTask ConnectAsync(CancellationToken cancellation)
    {
        await DisposeAsync();
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target.DnsSafeHost, target.Port, cancellation);
            _stream = new NetworkStream(socket, ownsSocket: true);
            if (target.Scheme == Uri.UriSchemeHttps) await SecureAsync(cancellation);
        }
        catch (Exception wrong) when (wrong is SocketException or AuthenticationException or IOException)
        {
            socket.Dispose();
            throw new IOException($"{target} does not answer: {wrong.Message}", wrong);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ExchangeAsync(CancellationToken cancellation)
    {
        Stream stream = _stream ?? throw new IOException("The connection is closed.");
        await stream.WriteAsync(Request.WithHead(_head), cancellation);
        _response.Clear();
        while (!_response.TryParse())
        {
            int read = await stream.ReadAsync(_response.Free, cancellation);
            if (read == 0) throw new IOException("The node closed the connection.");
            _response.Advance(read);
        }
        if (_response.Closes) await ConnectAsync(cancellation);
        return _response.Body;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is { } stream) await stream.DisposeAsync();
        _stream = null;
    }

    private async ValueTask SecureAsync(CancellationToken cancellation)
    {
        SslStream secure = new(_stream!);
        _stream = secure;
        await secure.AuthenticateAsClientAsync(trust.OptionsFor(target.DnsSafeHost), cancellation);
    }
}
