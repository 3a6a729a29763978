using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coco.Ledgers;
using Coco.Worker;
using Coco.Worker.Front;

namespace Coco.Enclave.Tests.Worker.Front;

/// <summary>The application endpoint on ports of its own, before a protocol that does what a test says.</summary>
public abstract class FrontHarness : IAsyncLifetime, IAsyncDisposable
{
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Protocol _protocol = new();
    private FrontServer? _front;
    private string? _certificate;

    private protected FrontLimits FrontLimits { get; init; } = new();

    private protected FrontServer Server => _front!;

    private protected NodeHealth Health { get; set; } = new(true, true, "");

    /// <summary>How an HTTP request is answered; "ok" where nothing is said.</summary>
    private protected Func<HttpQuestion, IBufferWriter<byte>, CancellationToken, ValueTask<HttpAnswer>> OnHttp
    {
        set => _protocol.Http = value;
    }

    /// <summary>What is done with a message of a WebSocket client, and with the end of its session.</summary>
    private protected Action<IClientStream, ReadOnlyMemory<byte>> OnMessage
    {
        set => _protocol.Message = value;
    }

    /// <summary>Completes with the next end of a WebSocket session.</summary>
    private protected Task NextEnd => _protocol.Ended.WaitAsync(Patience);

    public async Task InitializeAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        _certificate = certificate.GetCertHashString();
        var options = new WorkerOptions("", new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, 0));
        _front = new FrontServer(options, FrontLimits, certificate, _protocol, () => Health);
        await _front.StartAsync(CancellationToken.None);
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _front!.DisposeAsync();
        _protocol.Dispose();
    }

    private protected async Task<Socket> ConnectAsync(bool isTls = false)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Server.Addresses[isTls ? 0 : 1].Port);
        return socket;
    }

    private protected async Task<SslStream> ConnectTlsAsync()
    {
        var stream = new SslStream(new NetworkStream(await ConnectAsync(isTls: true), ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == _certificate });
        return stream;
    }

    private protected async Task<ClientWebSocket> OpenAsync()
    {
        var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{Server.Addresses[1].Port}/"), CancellationToken.None);
        return client;
    }

    private protected HttpClient Client() => new() { BaseAddress = Server.Addresses[1], Timeout = Patience };

    /// <summary>A request head for a body of so many bytes.</summary>
    private protected static byte[] Head(long length) => Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");

    /// <summary>All that comes until the other side closes.</summary>
    private protected static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var all = new MemoryStream();
        using var late = new CancellationTokenSource(Patience);
        try
        {
            await stream.CopyToAsync(all, late.Token);
        }
        catch (IOException)
        {
            // Reset: closed as well.
        }
        return Encoding.ASCII.GetString(all.ToArray());
    }

    /// <summary>The memory that messages take is given back.</summary>
    private protected Task AssertAllIsGivenBackAsync() => UntilHeldAsync(static bytes => bytes == 0);

    private protected async Task UntilHeldAsync(Func<long, bool> isRight)
    {
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!isRight(Server.Memory.Used))
        {
            Assert.True(Environment.TickCount64 < end, $"{Server.Memory.Used} bytes are held");
            await Task.Delay(1);
        }
    }

    private sealed class Protocol : IClientProtocol, IDisposable
    {
        private readonly SemaphoreSlim _ends = new(0);

        public Func<HttpQuestion, IBufferWriter<byte>, CancellationToken, ValueTask<HttpAnswer>> Http { get; set; } = static (_, answer, _) =>
        {
            answer.Write("ok"u8);
            return ValueTask.FromResult(new HttpAnswer(200, "text/plain"));
        };

        public Action<IClientStream, ReadOnlyMemory<byte>> Message { get; set; } = static (stream, message) => stream.Answered(message.Length);

        public Task Ended => _ends.WaitAsync();

        public ValueTask<HttpAnswer> HandleAsync(HttpQuestion question, IBufferWriter<byte> answer, CancellationToken cancellation) => Http(question, answer, cancellation);

        public void Dispose() => _ends.Dispose();

        public IStreamHandler Open(IClientStream stream) => new Handler(this, stream);

        private sealed class Handler(Protocol protocol, IClientStream stream) : IStreamHandler
        {
            public ValueTask HandleAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
            {
                protocol.Message(stream, message);
                return default;
            }

            public void Dispose() => protocol._ends.Release();
        }
    }
}
