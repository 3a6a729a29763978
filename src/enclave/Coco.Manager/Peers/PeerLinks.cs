using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Coco.Keys;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee;

namespace Coco.Manager.Peers;

/// <summary>
/// The links to the other managers (NET-3, NET-4): TLS 1.3 with certificates on both sides, then attestation of both sides for
/// this link's keys and fresh nonces, then messages. Each VN connects to every other one of the VN list; either link of a pair
/// carries messages both ways.
/// </summary>
internal sealed class PeerLinks(
    Func<PeerIdentity> identity, Func<PeerPolicy> policy, Action<PeerLink, PeerMessage> receive, Action<string, bool> changed,
    Action<string> log, Action<EvidenceRefusal, bool> refused, EvidenceVerifiers verifiers, IReadOnlyDictionary<string, string>? routes,
    TimeProvider time) : IDisposable
{
    /// <summary>ALPN says what a link is for, so that the side that accepts knows what to ask for.</summary>
    private static readonly SslApplicationProtocol PeerProtocol = new("coco-peer/1");
    private static readonly SslApplicationProtocol JoinProtocol = new("coco-join/1");

    private readonly ConcurrentDictionary<string, PeerLink> _outbound = new();
    private readonly ConcurrentDictionary<string, PeerLink> _inbound = new();
    private readonly ConcurrentDictionary<string, Task> _connectors = new();
    private readonly ConcurrentDictionary<string, byte> _problems = new();
    /// <summary>Links with something to flush; of the sequencer's thread.</summary>
    private readonly List<PeerLink> _posted = [];
    private readonly PendingHandshakes _pending = new(Limits.MaxPendingHandshakes);
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private CancellationTokenSource _generation = new();

    /// <summary>Hardware makes evidence slowly, and for all links in turn.</summary>
    private TimeSpan Patience => TimeSpan.FromMilliseconds(identity().Platform.IsProtected ? Limits.HardwareHandshakeMs : Limits.HandshakeMs);

    /// <summary>Names of the VNs to which a link is open.</summary>
    public IReadOnlyCollection<string> Open =>
        [.. _outbound.Concat(_inbound).Where(pair => pair.Value.IsOpen).Select(pair => pair.Key).Distinct()];

    public Task Listen(IPEndPoint endpoint)
    {
        _listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(endpoint);
        _listener.Listen(128);
        return AcceptAllAsync();
    }

    /// <summary>
    /// On the sequencer's thread; written with the next <see cref="Flush"/>. Files go by the other link of the pair where there are two, so that
    /// the log's messages don't wait behind them.
    /// </summary>
    public void Post(string to, PeerMessage message)
    {
        if ((message is FilePiece && _inbound.TryGetValue(to, out PeerLink? other) && other.IsOpen ? other : Find(to)) is not { } link) return;
        link.Post(message);
        if (!_posted.Contains(link)) _posted.Add(link);
    }

    /// <summary>On the sequencer's thread.</summary>
    public void Flush()
    {
        foreach (PeerLink link in _posted) link.Flush();
        _posted.Clear();
    }

    /// <summary>To all VNs to which a link is open, at once; from any thread.</summary>
    public void SendAll(PeerMessage message)
    {
        foreach (string node in Open) Find(node)?.Send(message);
    }

    /// <summary>The network that the link with this VN was attested for; null without a link.</summary>
    public NetworkId? NetworkOf(string to) => Find(to)?.Peer.Network;

    private bool IsOpen(string node) => Find(node) is not null;

    private PeerLink? Find(string node)
    {
        if (_outbound.TryGetValue(node, out PeerLink? link) && link.IsOpen) return link;
        return _inbound.TryGetValue(node, out link) && link.IsOpen ? link : null;
    }

    /// <summary>Keeps links to all VNs of the policy; call it again when the list changes.</summary>
    public void ConnectToListed()
    {
        foreach ((string name, string address) in policy().Nodes)
            _connectors.GetOrAdd($"{name}@{address}", _ => Task.Run(() => KeepAsync(name, address, AttestationPurpose.Peer)));
    }

    /// <summary>Keeps a link to a VN of a network that this one wants to join; its name is learned from its evidence.</summary>
    public void ConnectToJoin(string address) =>
        _connectors.GetOrAdd($"@{address}", _ => Task.Run(() => KeepAsync(null, address, AttestationPurpose.Join)));

    /// <summary>All links are made anew, under the present identity and policy.</summary>
    public void Renew()
    {
        CancellationTokenSource old = Interlocked.Exchange(ref _generation, new CancellationTokenSource());
        old.Cancel();
    }

    /// <summary>Ends the links with a VN; new ones need fresh evidence of both sides.</summary>
    public void Cut(string node)
    {
        foreach (ConcurrentDictionary<string, PeerLink> links in (ConcurrentDictionary<string, PeerLink>[])[_outbound, _inbound])
            if (links.TryGetValue(node, out PeerLink? link)) link.Close();
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _generation.Cancel();
        _listener?.Dispose();
    }

    private async Task KeepAsync(string? name, string address, AttestationPurpose purpose)
    {
        string way = name is not null && routes?.GetValueOrDefault(name) is { } route ? route : address;
        while (!_stopping.IsCancellationRequested && IsWanted(name, address, purpose))
        {
            try
            {
                // One whose time is over is made anew at once: meanwhile there is only the other of the pair.
                if (await ConnectAsync(way, purpose)) continue;
            }
            catch (Exception problem) when (problem is IOException or SocketException or AuthenticationException or OperationCanceledException
                or ObjectDisposedException or FormatException)
            {
                Note(address, problem.Message);
            }
            await Task.Delay(identity().Platform.IsProtected ? Limits.HardwareReconnectMs : Limits.ReconnectMs, CancellationToken.None);
        }
        _connectors.TryRemove(name is null ? $"@{address}" : $"{name}@{address}", out _);
    }

    private bool IsWanted(string? name, string address, AttestationPurpose purpose) =>
        purpose == AttestationPurpose.Join ? policy().Network is null : policy().Nodes.Contains(new PeerAddress(name!, address));

    /// <summary>True: there was a link, and its time was over.</summary>
    private async Task<bool> ConnectAsync(string address, AttestationPurpose purpose)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(_generation.Token, _stopping.Token);
        // The other link of the pair goes on meanwhile, and the two sides' links end at different times.
        if (policy().LinkLifetime is { } lifetime) late.CancelAfter(lifetime * (0.75 + (Random.Shared.NextDouble() / 2)));
        CancellationToken ending = late.Token;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ending);
        deadline.CancelAfter(Patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        PeerSocket.Set(socket);
        DnsEndPoint target = ParseAddress(address);
        await socket.ConnectAsync(target, deadline.Token);
        PeerIdentity self = identity();
        await using var stream = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = target.Host,
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificates = [self.Certificate],
                ApplicationProtocols = [purpose == AttestationPurpose.Join ? JoinProtocol : PeerProtocol],
                RemoteCertificateValidationCallback = IsAnyCertificate,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            },
            deadline.Token);
        await RunAsync(stream, self, purpose, isConnecting: true, address, _outbound, deadline, ending);
        return ending.IsCancellationRequested;
    }

    /// <summary>Trust comes from attestation after the handshake, not from an issuer; a certificate there must be.</summary>
    private static bool IsAnyCertificate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null;

    private async Task AcceptAllAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener!.AcceptAsync(_stopping.Token);
            }
            catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                if (_stopping.IsCancellationRequested) return;
                continue;
            }
            // A VN that joins knows nobody yet: it speaks first, over its own links.
            if (_inbound.Count >= Limits.MaxInboundLinks || policy().Network is null) socket.Dispose();
            else _ = AcceptAsync(socket);
        }
    }

    private async Task AcceptAsync(Socket socket)
    {
        PeerSocket.Set(socket);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(_generation.Token, _stopping.Token);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(late.Token);
        deadline.CancelAfter(Patience);
        _pending.Enter(deadline);
        try
        {
            PeerIdentity self = identity();
            await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificate = self.Certificate,
                    ClientCertificateRequired = true,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    ApplicationProtocols = [PeerProtocol, JoinProtocol],
                    RemoteCertificateValidationCallback = IsAnyCertificate,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                },
                deadline.Token);
            AttestationPurpose purpose = stream.NegotiatedApplicationProtocol == JoinProtocol ? AttestationPurpose.Join : AttestationPurpose.Peer;
            await RunAsync(stream, self, purpose, isConnecting: false, "a caller", _inbound, deadline, late.Token);
        }
        catch (Exception problem) when (problem is IOException or AuthenticationException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            Note("a caller", problem.Message);
        }
        finally
        {
            _pending.Leave(deadline);
        }
    }

    private async Task RunAsync(
        SslStream stream, PeerIdentity self, AttestationPurpose purpose, bool isConnecting, string address,
        ConcurrentDictionary<string, PeerLink> links, CancellationTokenSource deadline, CancellationToken ending)
    {
        if (stream.RemoteCertificate is not { } raw) throw new AuthenticationException("The peer showed no certificate.");
        using var certificate = new X509Certificate2(raw);
        PeerPolicy now = policy();
        var handshake = new AttestedHandshake(
            new AttestedSelf(now.Network, self.Node, EnclaveRole.Manager, self.TlsKeyDigest, self.NodeKey, self.Platform),
            new PeerRequirements(EnclaveRole.Manager, purpose, TlsCertificates.KeyDigest(certificate), now.Tee, now.IsListed),
            verifiers, time);
        HandshakeResult result = await handshake.RunAsync(stream, isConnecting, Patience, deadline.Token);
        _pending.Leave(deadline);
        if (!result.Holds)
        {
            string who = result.IsRefusedByPeer ? "refused this VN" : "is refused";
            bool isNew = Note(address, $"{address} {who}: {result.Refusal.Check}: {result.Refusal.Reason}");
            if (isNew && result.Refusal.Check != EvidenceCheck.Deadline && result.Refusal.Check != EvidenceCheck.Protocol) refused(result.Refusal, result.IsRefusedByPeer);
            return;
        }
        using var link = new PeerLink(stream, result.Peer, ending);
        links[result.Peer.Node] = link;
        foreach (string problem in _problems.Keys)
            if (problem.StartsWith(address, StringComparison.Ordinal)) _problems.TryRemove(problem, out _);
        log($"Link with {result.Peer.Node} ({purpose.ToString().ToLowerInvariant()}, {(isConnecting ? "outbound" : "inbound")}) is up.");
        changed(result.Peer.Node, true);
        await link.RunAsync(message => receive(link, message));
        links.TryRemove(new KeyValuePair<string, PeerLink>(result.Peer.Node, link));
        if (!IsOpen(result.Peer.Node)) changed(result.Peer.Node, false);
        if (!ending.IsCancellationRequested) log($"Link with {result.Peer.Node} is down.");
    }

    /// <summary>A problem is logged once, not at each try; says whether it is new.</summary>
    private bool Note(string address, string problem)
    {
        if (_problems.Count > Limits.MaxInboundLinks) _problems.Clear();
        if (!_problems.TryAdd($"{address}: {problem}", 0)) return false;
        log($"No link with {address}: {problem}");
        return true;
    }

    private static DnsEndPoint ParseAddress(string address)
    {
        int colon = address.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), out ushort port))
            throw new FormatException($"'{address}' is not HOST:PORT.");
        return new DnsEndPoint(address[..colon].Trim('[', ']'), port);
    }
}
