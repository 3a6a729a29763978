using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;

namespace Coco.Hostile;

/// <summary>The doors of other processes.</summary>
internal static class SocketAttempts
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<Attempt>> AllAsync(Targets targets)
    {
        List<Attempt> attempts = [];
        foreach (string path in targets.Sockets) attempts.Add(Attempt.Try($"connect to {path}", () => Connect(path)));
        if (targets.Boundary is { } boundary) attempts.Add(await BeWorkerAsync(boundary));
        if (targets.Admin is { } admin)
        {
            attempts.Add(await AskAsync("GET", $"https://{admin}/keys.json"));
            attempts.Add(await AskAsync("POST", $"https://{admin}/governance"));
        }
        return attempts;
    }

    public static void Connect(string path)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused)
        {
            throw new IOException(refused.Message);
        }
    }

    /// <summary>A second worker: says hello, and hears a welcome or nothing.</summary>
    private static async Task<Attempt> BeWorkerAsync(string path)
    {
        string name = $"be the worker at {path}";
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            using CancellationTokenSource late = new(Patience);
            int read = await socket.ReceiveAsync(new byte[64], late.Token);
            return new Attempt(name, read == 0 ? "it hung up" : null);
        }
        catch (Exception refused) when (refused is SocketException or OperationCanceledException)
        {
            return new Attempt(name, refused is SocketException ? refused.Message : "it answers nothing");
        }
    }

    private static async Task<Attempt> AskAsync(string method, string address)
    {
        using SocketsHttpHandler handler = new()
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        };
        using HttpClient client = new(handler) { Timeout = TimeSpan.FromSeconds(20) };
        using HttpRequestMessage request = new(new HttpMethod(method), address) { Content = method == "POST" ? new ByteArrayContent([1, 2, 3]) : null };
        using HttpResponseMessage answer = await client.SendAsync(request);
        return new Attempt($"{method} {address}", answer.IsSuccessStatusCode ? null : $"{(int)answer.StatusCode}");
    }
}
