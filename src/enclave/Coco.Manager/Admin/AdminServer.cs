using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Coco.Keys;
using Coco.Manager.Host;
using Coco.Primitives;
using Coco.Tee;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coco.Manager.Admin;

/// <summary>What the admin endpoint asks of its node.</summary>
internal interface IAdminFacts
{
    ManagerStatus Status { get; }
    ManagerMetrics Metrics { get; }

    /// <summary>The constitution for people; null before it is known.</summary>
    byte[]? Constitution { get; }

    /// <summary>Members, VNs and proposals as committed here; null before they are known.</summary>
    byte[]? Governance { get; }

    /// <summary>The session keys, on a platform that protects nothing; null on every other.</summary>
    byte[]? DevelopmentKeys { get; }

    /// <summary>Evidence made now for a caller's nonce (TEE-4); null before the network, or the worker, is known.</summary>
    /// <param name="ownKey">The digest of this endpoint's TLS key; null: about the worker's, for which the manager vouches.</param>
    byte[]? EvidenceFor(Hash256 nonce, Hash256? ownKey);

    /// <summary>A member's signed request; waits until it is committed or refused.</summary>
    Task<(bool IsAccepted, string Text, string? Leader)> SubmitAsync(ReadOnlyMemory<byte> signedRequest, CancellationToken cancellation);
}

/// <summary>The administration endpoint (NET-4): bare Kestrel over TLS, a handful of documents, and members' signed requests.</summary>
internal sealed class AdminServer(IPEndPoint endpoint, X509Certificate2 certificate, IAdminFacts facts) : IAsyncDisposable
{
    private readonly SemaphoreSlim _evidence = new(1);
    private WebApplication? _application;

    public async Task StartAsync(CancellationToken cancellation)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Limits.MaxAdminRequestBytes;
            kestrel.Limits.MaxConcurrentConnections = Limits.MaxAdminConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(Limits.AdminRequestHeadMs);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMilliseconds(Limits.AdminIdleMs);
            kestrel.Listen(endpoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseHttps(certificate, tls =>
                {
                    tls.SslProtocols = SslProtocols.Tls13;
                    tls.HandshakeTimeout = TimeSpan.FromMilliseconds(Limits.HandshakeMs);
                });
            });
        });
        _application = builder.Build();
        _application.Run(HandleAsync);
        await _application.StartAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _evidence.Dispose();
        if (_application is null) return;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }

    private Task HandleAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", "/status.json") => AnswerAsync(context, 200, JsonSerializer.SerializeToUtf8Bytes(facts.Status, ManagerJson.Default.ManagerStatus)),
        ("GET", "/metrics.json") => AnswerAsync(context, 200, JsonSerializer.SerializeToUtf8Bytes(facts.Metrics, ManagerJson.Default.ManagerMetrics)),
        ("GET", "/constitution.json") => AnswerAsync(context, facts.Constitution is null ? 503 : 200, facts.Constitution ?? "{}"u8.ToArray()),
        ("GET", "/governance.json") => AnswerAsync(context, facts.Governance is null ? 503 : 200, facts.Governance ?? "{}"u8.ToArray()),
        ("GET", "/keys.json") => AnswerKeysAsync(context),
        ("GET", "/evidence.json") => AnswerEvidenceAsync(context),
        ("POST", "/governance") => SubmitAsync(context),
        ("GET", "/health/live") => AnswerAsync(context, 200, "{}"u8.ToArray()),
        ("GET", "/health/ready") => AnswerAsync(context, facts.Status.IsOpen ? 200 : 503, "{}"u8.ToArray()),
        _ => AnswerAsync(context, 404, "{\"error\":\"there is no such document\"}"u8.ToArray()),
    };

    /// <summary>
    /// For development networks: to this manager's own user on this machine, who could read the keys from memory just as well. A
    /// worker has another user where the host can give it one, and gets no keys.
    /// </summary>
    private Task AnswerKeysAsync(HttpContext context) =>
        (IsOwnUser(context.Connection) ? facts.DevelopmentKeys : null) is { } keys ? AnswerAsync(context, 200, keys)
            : AnswerAsync(context, 403, "{\"error\":\"keys do not leave a protected node, nor this machine, nor its manager's user\"}"u8.ToArray());

    private static bool IsOwnUser(ConnectionInfo connection)
    {
        if (connection is not { RemoteIpAddress: { } caller, LocalIpAddress: { } own } || !IPAddress.IsLoopback(caller)) return false;
        return !OperatingSystem.IsLinux()
            || LocalCaller.UserOf(new IPEndPoint(caller, connection.RemotePort), new IPEndPoint(own, connection.LocalPort)) is { } user && (user == LocalCaller.Own() || user == 0);
    }

    /// <summary>One at a time: hardware makes evidence slowly, and anybody may ask.</summary>
    private async Task AnswerEvidenceAsync(HttpContext context)
    {
        byte[] nonce = StrictHex.TryRead(context.Request.Query["nonce"].ToString(), out byte[] read) ? read : [];
        if (nonce.Length != Hash256.Size)
        {
            await AnswerAsync(context, 400, "{\"error\":\"the nonce is 32 bytes as hex: ?nonce=...\"}"u8.ToArray());
            return;
        }
        await _evidence.WaitAsync(context.RequestAborted);
        try
        {
            bool isAboutWorker = context.Request.Query["endpoint"].ToString() == "client";
            byte[]? document = facts.EvidenceFor(new Hash256(nonce), isAboutWorker ? null : TlsCertificates.KeyDigest(certificate));
            await AnswerAsync(context, document is null ? 503 : 200, document ?? "{}"u8.ToArray());
        }
        catch (IOException unavailable)
        {
            await AnswerAsync(context, 503, Encoding.UTF8.GetBytes($"{{\"error\":\"{JsonEncodedText.Encode(unavailable.Message)}\"}}"));
        }
        finally
        {
            _evidence.Release();
        }
    }

    private async Task SubmitAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        (bool isAccepted, string text, string? leader) = await facts.SubmitAsync(body.ToArray(), context.RequestAborted);
        using var json = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("accepted", isAccepted);
            writer.WriteString("text", text);
            writer.WriteString("leader", leader);
            writer.WriteEndObject();
        }
        await AnswerAsync(context, isAccepted ? 200 : leader is null ? 422 : 421, json.ToArray());
    }

    private static Task AnswerAsync(HttpContext context, int status, byte[] json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=" + Encoding.UTF8.WebName;
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, 0, json.Length, context.RequestAborted);
    }
}
