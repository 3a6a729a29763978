using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Coco.Crypto;
using Coco.Enclave.Tests.Tee;
using Coco.Keys;
using Coco.Manager.Peers;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Manager;

/// <summary>A manager's real links on loopback, and what came of those who tried to open one.</summary>
internal sealed class LinkVictim : IDisposable
{
    private static readonly SslApplicationProtocol PeerProtocol = new("coco-peer/1");

    private readonly EcdsaSigner _platformKey = EcdsaSigner.Generate();
    private readonly EcdsaSigner _nodeKey = EcdsaSigner.Generate();
    private readonly X509Certificate2 _certificate;
    private readonly PeerLinks _links;

    /// <param name="peers">Whom it connects to by itself: names and addresses.</param>
    public LinkVictim(string name, TeePolicy policy, EvidenceVerifiers? verifiers = null, params PeerAddress[] peers)
    {
        Name = name;
        _certificate = TlsCertificates.CreateForPeers(name, DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
        var platform = new SoftwarePlatform(HandshakeSide.Program, _platformKey, TimeProvider.System);
        var identity = new PeerIdentity(name, _certificate, TlsKey, _nodeKey, platform);
        PeerAddress[] listed = [.. peers, new("a-1", "127.0.0.1:1"), new("b-1", "127.0.0.1:1")];
        var known = new PeerPolicy(HandshakeSide.Network, policy, new PeersChangedEffect(listed, IsOpen: false));
        Endpoint = new IPEndPoint(IPAddress.Loopback, Ports.Free());
        _links = new PeerLinks(
            () => identity, () => known, (_, _) => Messages++, (node, isUp) => Changes.Enqueue((node, isUp)), Lines.Enqueue,
            (refusal, isByPeer) => Refusals.Enqueue((refusal.Check, isByPeer)), verifiers ?? EvidenceVerifiers.All, null, TimeProvider.System);
        _ = _links.Listen(Endpoint);
        if (peers.Length > 0) _links.ConnectToListed();
    }

    public string Name { get; }
    public IPEndPoint Endpoint { get; }
    public Hash256 TlsKey => TlsCertificates.KeyDigest(_certificate);
    public int Messages { get; private set; }
    public ConcurrentQueue<(string Node, bool IsUp)> Changes { get; } = new();
    public ConcurrentQueue<(string Check, bool IsByPeer)> Refusals { get; } = new();
    public ConcurrentQueue<string> Lines { get; } = new();
    public IReadOnlyCollection<string> Open => _links.Open;

    /// <summary>TCP and TLS as another manager would open them, with this certificate.</summary>
    public async Task<SslStream> ConnectAsync(X509Certificate2? certificate)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Endpoint);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificates = certificate is null ? null : [certificate],
            ApplicationProtocols = [PeerProtocol],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        });
        return stream;
    }

    /// <summary>Waits until it has refused by this check, by itself; and nobody got a link.</summary>
    public async Task RefusedAsync(string check)
    {
        await UntilAsync(() => Refusals.Contains((check, false)), check);
        Assert.Empty(Open);
        Assert.Equal(0, Messages);
    }

    public async Task UntilAsync(Func<bool> isSo, string what)
    {
        for (long start = Environment.TickCount64; !isSo(); await Task.Delay(10))
            Assert.True(Environment.TickCount64 - start < 20_000, $"not so: {what}; {string.Join("; ", Lines)}");
    }

    public void Dispose()
    {
        _links.Dispose();
        _certificate.Dispose();
        _platformKey.Dispose();
        _nodeKey.Dispose();
    }
}
