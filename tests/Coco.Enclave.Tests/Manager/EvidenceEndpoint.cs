using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coco.Keys;
using Coco.Primitives;

namespace Coco.Enclave.Tests.Manager;

/// <summary>An HTTPS endpoint that answers every request as a test says: an honest VN's, or somebody's who stands in between.</summary>
internal sealed class EvidenceEndpoint : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate = TlsCertificates.CreateForPeers("endpoint", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
    private readonly Func<string, Task<byte[]>> _answer;

    /// <param name="answer">From the request's target, such as "/evidence.json?nonce=..", to the body.</param>
    public EvidenceEndpoint(Func<string, Task<byte[]>> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Address => new($"https://{_listener.LocalEndpoint}");

    public Hash256 TlsKey => TlsCertificates.KeyDigest(_certificate);

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _ = AnswerAsync(client);
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using (client)
            await using (var stream = new SslStream(client.GetStream()))
            {
                await stream.AuthenticateAsServerAsync(_certificate, clientCertificateRequired: false, SslProtocols.Tls13, checkCertificateRevocation: false);
                using var reader = new StreamReader(stream, Encoding.ASCII);
                if (await reader.ReadLineAsync() is not { } request) return;
                while (await reader.ReadLineAsync() is { Length: > 0 }) { }
                byte[] body = await _answer(request.Split(' ')[1]);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
                await stream.WriteAsync(body);
            }
        }
        catch (Exception gone) when (gone is IOException or AuthenticationException)
        {
            // The caller hung up.
        }
    }
}
