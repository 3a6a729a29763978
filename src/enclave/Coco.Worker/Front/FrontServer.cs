using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Coco.Ledgers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Coco.Worker.Front;

/// <summary>
/// The application endpoint: TLS ends here, inside the enclave (NET-4). Hands whole messages to the ledger's protocol and knows
/// nothing of it. Answers 503 while the node can't serve.
/// </summary>
internal sealed class FrontServer(
    WorkerOptions options, FrontLimits limits, X509Certificate2 certificate, IClientProtocol protocol, Func<NodeHealth> health) : IAsyncDisposable
{
    private WebApplication? _application;

    public MessageMemory Memory { get; } = new(limits);

    /// <summary>Where it listens, once started: the client endpoint, then the development endpoint.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _application!.Urls.Select(url => new Uri(url)).OrderByDescending(url => url.Scheme)];

    public async Task StartAsync(CancellationToken cancellation)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // Protocols answer quick calls on the thread that polls the sockets (Program): handing each over costs more than answering it.
        builder.WebHost.UseKestrelCore().UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true)
            .UseKestrelHttpsConfiguration().ConfigureKestrel(Configure);
        _application = builder.Build();
        _application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = limits.Ping, KeepAliveTimeout = limits.Ping });
        _application.Run(HandleAsync);
        await _application.StartAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is null) return;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.Limits.MaxRequestBodySize = null; // HttpExchange sees to it: Kestrel would close on clients that still send, and they never see the answer
        kestrel.Limits.MaxConcurrentConnections = limits.Connections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = limits.Connections;
        kestrel.Limits.KeepAliveTimeout = limits.Idle;
        kestrel.Limits.RequestHeadersTimeout = limits.RequestHead;
        kestrel.Limits.MinRequestBodyDataRate = limits.Slowest;
        kestrel.Limits.MinResponseDataRate = limits.Slowest;
        kestrel.Listen(options.Application, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.Use(next => async connection =>
            {
                await Task.Yield(); // many handshakes at once would keep the thread that polls from the manager's messages
                await next(connection);
            });
            listen.UseHttps(certificate, tls =>
            {
                tls.SslProtocols = SslProtocols.Tls13;
                tls.HandshakeTimeout = limits.Handshake;
            });
        });
        if (options.Development is { } development)
        {
            if (!IPAddress.IsLoopback(development.Address))
                throw new InvalidOperationException("The development endpoint listens on loopback only.");
            kestrel.Listen(development, listen => listen.Protocols = HttpProtocols.Http1);
        }
    }

    private Task HandleAsync(HttpContext context)
    {
        PathString path = context.Request.Path;
        if (path.StartsWithSegments("/health")) return HealthAsync(context);
        NodeHealth now = health();
        if (!now.IsServing) return RefuseAsync(context, now.Reason);
        return context.WebSockets.IsWebSocketRequest
            ? StreamSession.RunAsync(context, protocol, limits, Memory, health)
            : HttpExchange.RunAsync(context, protocol, limits, Memory);
    }

    private static Task RefuseAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(reason + "\n");
    }

    /// <summary>Live: the process answers. Ready: a transaction sent now would commit.</summary>
    private Task HealthAsync(HttpContext context)
    {
        NodeHealth now = health();
        bool isGood = context.Request.Path == "/health/live" || (context.Request.Path == "/health/ready" && now.IsReady);
        context.Response.StatusCode = isGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(isGood ? "ok\n" : now.Reason + "\n");
    }
}

/// <param name="IsServing">Reads can be answered.</param>
/// <param name="IsReady">Writes would commit as well.</param>
/// <param name="Reason">What is missing, in one sentence.</param>
internal readonly record struct NodeHealth(bool IsServing, bool IsReady, string Reason);
