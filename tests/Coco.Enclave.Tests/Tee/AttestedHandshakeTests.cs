using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Coco.Crypto;
using Coco.Keys;
using Coco.Primitives;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

public sealed class AttestedHandshakeTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HandshakeSide _one = new("a-1");
    private readonly HandshakeSide _other = new("b-1");

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Two_VNs_of_one_network_attest_each_other()
    {
        (HandshakeResult connecting, HandshakeResult accepting) = await RunAsync();
        Assert.True(connecting.Holds, connecting.Refusal?.Reason);
        Assert.True(accepting.Holds, accepting.Refusal?.Reason);
        Assert.Equal(("b-1", HandshakeSide.Network), (connecting.Peer.Node, connecting.Peer.Network));
        Assert.Equal(_one.PublicKey.ToArray(), accepting.Peer.NodeKey.ToArray());
        Assert.False(accepting.Peer.Claims.IsProtected);
    }

    [Theory]
    [InlineData(EvidenceCheck.Measurement)]
    [InlineData(EvidenceCheck.Network)]
    [InlineData(EvidenceCheck.NodeList)]
    [InlineData(EvidenceCheck.TlsKey)]
    [InlineData(EvidenceCheck.Role)]
    [InlineData(EvidenceCheck.Purpose)]
    [InlineData(EvidenceCheck.NodeKey)]
    public async Task One_that_is_not_what_it_must_be_is_refused_and_told_by_the_named_check(string check)
    {
        Hash256 shown = _one.TlsKey;
        _one.Spoil(check);
        (HandshakeResult connecting, HandshakeResult accepting) = await RunAsync(keySeenOfOne: shown);
        Assert.Equal((check, false), (accepting.Refusal?.Check, accepting.IsRefusedByPeer));
        Assert.Equal((check, true), (connecting.Refusal?.Check, connecting.IsRefusedByPeer));
    }

    [Fact]
    public async Task One_that_joins_learns_the_network_and_one_of_the_two_must_know_it()
    {
        (_one.Purpose, _other.Purpose) = (AttestationPurpose.Join, AttestationPurpose.Join);
        _one.NetworkId = null;
        (HandshakeResult connecting, HandshakeResult accepting) = await RunAsync();
        Assert.True(accepting.Holds, accepting.Refusal?.Reason);
        Assert.Equal(HandshakeSide.Network, connecting.Peer!.Network);
        _other.NetworkId = null;
        Assert.Equal(EvidenceCheck.Network, (await RunAsync()).Accepting.Refusal!.Check);
        (_one.Purpose, _other.Purpose, _other.NetworkId) = (AttestationPurpose.Peer, AttestationPurpose.Peer, HandshakeSide.Network);
        Assert.Equal(EvidenceCheck.Network, (await RunAsync()).Accepting.Refusal!.Check);
    }

    [Fact]
    public async Task A_recorded_handshake_that_is_sent_again_is_refused_as_old()
    {
        (DuplexStream near, DuplexStream far) = DuplexStream.NewPair();
        await RunOverAsync(near, far, _one.TlsKey);
        byte[][] recorded = [.. near.Written];
        (DuplexStream again, DuplexStream victim) = DuplexStream.NewPair();
        Task<HandshakeResult> run = _other.NewHandshake(_one.TlsKey).RunAsync(victim, isConnecting: false, Deadline, default);
        foreach (byte[] message in recorded) await again.WriteAsync(message);
        await again.FlushAsync();
        Assert.Equal(EvidenceCheck.Nonce, (await run).Refusal?.Check);
    }

    [Theory]
    [InlineData(EvidenceCheck.Nonce)]
    [InlineData(EvidenceCheck.Network)]
    [InlineData(EvidenceCheck.NodeName)]
    [InlineData(EvidenceCheck.Role)]
    [InlineData(EvidenceCheck.Purpose)]
    [InlineData(EvidenceCheck.TlsKey)]
    [InlineData(EvidenceCheck.NodeKey)]
    [InlineData(EvidenceCheck.ReportData)]
    [InlineData("")]
    public async Task Evidence_about_other_claims_is_refused_by_the_named_check(string check)
    {
        (DuplexStream near, DuplexStream far) = DuplexStream.NewPair();
        Task<HandshakeResult> run = _other.NewHandshake(_one.TlsKey).RunAsync(far, isConnecting: false, Deadline, default);
        await _one.ProveAsync(near, check);
        HandshakeResult result = await run;
        Assert.Equal(check, result.Refusal?.Check ?? "");
    }

    [Fact]
    public async Task Bytes_that_are_no_handshake_are_refused()
    {
        foreach (byte[] garbage in new byte[][] { [255, 255, 255, 255, 1], [3, 0, 0, 0, 9, 9, 9], [0, 0, 0, 0] })
        {
            (DuplexStream near, DuplexStream far) = DuplexStream.NewPair();
            await near.WriteAsync(garbage);
            await near.FlushAsync();
            HandshakeResult result = await _one.NewHandshake(_other.TlsKey).RunAsync(far, isConnecting: false, Deadline, default);
            Assert.Equal(EvidenceCheck.Protocol, result.Refusal!.Check);
        }
    }

    [Fact]
    public async Task A_peer_that_hangs_up_is_refused()
    {
        (DuplexStream near, DuplexStream far) = DuplexStream.NewPair();
        await near.DisposeAsync();
        HandshakeResult result = await _one.NewHandshake(_other.TlsKey).RunAsync(far, isConnecting: false, Deadline, default);
        Assert.Equal(EvidenceCheck.Protocol, result.Refusal!.Check);
    }

    [Fact]
    public async Task A_silent_peer_is_refused_at_the_deadline()
    {
        (_, DuplexStream far) = DuplexStream.NewPair();
        HandshakeResult result = await _one.NewHandshake(_other.TlsKey).RunAsync(far, isConnecting: true, TimeSpan.FromMilliseconds(50), default);
        Assert.Equal(EvidenceCheck.Deadline, result.Refusal!.Check);
    }

    [Fact]
    public void Damaged_messages_are_refused_or_canonical_and_never_crash()
    {
        HandshakeMessage[] messages =
        [
            new HandshakeMessage.Hello(HandshakeSide.Network, "a-1", EnclaveRole.Manager, AttestationPurpose.Peer, HandshakeSide.Program),
            new HandshakeMessage.Proof(new byte[150], new byte[300], _one.PublicKey, new byte[64]),
            new HandshakeMessage.Verdict(new EvidenceRefusal("nonce", "old")),
        ];
        var random = new Random(5);
        for (int i = 0; i < 5000; i++)
        {
            byte[] bytes = messages[i % messages.Length].Encode();
            if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];
            else bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            if (HandshakeMessage.TryDecode(bytes, out HandshakeMessage? read) && read is HandshakeMessage.Hello or HandshakeMessage.Proof)
                Assert.Equal(bytes, read.Encode());
        }
    }

    [Fact]
    public async Task It_works_over_mutual_TLS_with_the_keys_that_TLS_saw()
    {
        using X509Certificate2 ownCertificate = TlsCertificates.CreateForPeers("a-1", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
        using X509Certificate2 otherCertificate = TlsCertificates.CreateForPeers("b-1", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
        (_one.TlsKey, _other.TlsKey) = (TlsCertificates.KeyDigest(ownCertificate), TlsCertificates.KeyDigest(otherCertificate));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        Task<TcpClient> accepted = listener.AcceptTcpClientAsync();
        await client.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndpoint).Port);
        using TcpClient server = await accepted;
        await using var far = new SslStream(server.GetStream());
        await using var near = new SslStream(client.GetStream());
        Task serving = far.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = otherCertificate,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        });
        await near.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "b-1",
            ClientCertificates = [ownCertificate],
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        });
        await serving;
        Hash256 seenOfOne = TlsCertificates.KeyDigest((X509Certificate2)far.RemoteCertificate!);
        Hash256 seenOfOther = TlsCertificates.KeyDigest((X509Certificate2)near.RemoteCertificate!);
        Task<HandshakeResult> connecting = _one.NewHandshake(seenOfOther).RunAsync(near, isConnecting: true, Deadline, default);
        HandshakeResult accepting = await _other.NewHandshake(seenOfOne).RunAsync(far, isConnecting: false, Deadline, default);
        Assert.True(accepting.Holds, accepting.Refusal?.Reason);
        Assert.True((await connecting).Holds);
    }

    private Task<(HandshakeResult Connecting, HandshakeResult Accepting)> RunAsync(Hash256? keySeenOfOne = null)
    {
        (DuplexStream near, DuplexStream far) = DuplexStream.NewPair();
        return RunOverAsync(near, far, keySeenOfOne ?? _one.TlsKey);
    }

    private async Task<(HandshakeResult Connecting, HandshakeResult Accepting)> RunOverAsync(Stream near, Stream far, Hash256 keySeenOfOne)
    {
        Task<HandshakeResult> connecting = _one.NewHandshake(_other.TlsKey).RunAsync(near, isConnecting: true, Deadline, default);
        HandshakeResult accepting = await _other.NewHandshake(keySeenOfOne).RunAsync(far, isConnecting: false, Deadline, default);
        return (await connecting, accepting);
    }
}
