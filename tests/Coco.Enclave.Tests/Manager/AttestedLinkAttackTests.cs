using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Coco.Enclave.Tests.Tee;
using Coco.Keys;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Manager;

/// <summary>Attacks on the links between managers (NET-3), over real sockets and TLS: each is refused, by the named check.</summary>
public sealed class AttestedLinkAttackTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly LinkVictim _victim = new("b-1", HandshakeSide.Policy);
    private readonly HandshakeSide _attacker = new("a-1");
    private readonly X509Certificate2 _certificate = TlsCertificates.CreateForPeers("a-1", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));

    public AttestedLinkAttackTests() => _attacker.TlsKey = TlsCertificates.KeyDigest(_certificate);

    public void Dispose()
    {
        _victim.Dispose();
        _attacker.Dispose();
        _certificate.Dispose();
    }

    [Fact]
    public async Task One_who_keeps_to_the_rules_gets_a_link()
    {
        await using SslStream stream = await _victim.ConnectAsync(_certificate);
        HandshakeResult result = await _attacker.NewHandshake(_victim.TlsKey).RunAsync(stream, isConnecting: true, Deadline, default);
        Assert.True(result.Holds, result.Refusal?.Reason);
        await _victim.UntilAsync(() => _victim.Open.Contains("a-1"), "the link is open");
    }

    [Theory]
    [InlineData(EvidenceCheck.Network)]
    [InlineData(EvidenceCheck.Measurement)]
    [InlineData(EvidenceCheck.NodeList)]
    [InlineData(EvidenceCheck.Role)]
    [InlineData(EvidenceCheck.TlsKey)]
    public async Task One_that_is_not_what_it_must_be_gets_no_link(string check)
    {
        _attacker.Spoil(check);
        await using SslStream stream = await _victim.ConnectAsync(_certificate);
        HandshakeResult result = await _attacker.NewHandshake(_victim.TlsKey).RunAsync(stream, isConnecting: true, Deadline, default);
        Assert.Equal((check, true), (result.Refusal?.Check, result.IsRefusedByPeer));
        await _victim.RefusedAsync(check);
    }

    /// <summary>Made for a client or a newcomer; for an older nonce, even with the same keys.</summary>
    [Theory]
    [InlineData(EvidenceCheck.Purpose)]
    [InlineData(EvidenceCheck.Nonce)]
    public async Task Evidence_that_was_made_for_something_else_gets_no_link(string check)
    {
        await using SslStream stream = await _victim.ConnectAsync(_certificate);
        await _attacker.ProveAsync(stream, check);
        await _victim.RefusedAsync(check);
    }

    [Fact]
    public async Task A_VN_key_that_is_not_held_is_refused()
    {
        using var other = new HandshakeSide("a-1");
        await using SslStream stream = await _victim.ConnectAsync(_certificate);
        await _attacker.ProveAsync(stream, signer: other);
        await _victim.RefusedAsync(EvidenceCheck.NodeKey);
    }

    [Fact]
    public async Task A_handshake_that_was_recorded_inside_an_honest_link_and_is_sent_again_is_refused()
    {
        await using SslStream honest = await _victim.ConnectAsync(_certificate);
        HandshakeMessage.Proof recorded = await _attacker.ProveAsync(honest);
        await _victim.UntilAsync(() => _victim.Open.Contains("a-1"), "the honest link is open");
        await using SslStream stream = await _victim.ConnectAsync(_certificate);
        await HandshakeWire.SendAsync(stream, HandshakeSide.Hello);
        await HandshakeWire.ReceiveAsync(stream);
        await HandshakeWire.SendAsync(stream, recorded);
        await _victim.UntilAsync(() => _victim.Refusals.Contains((EvidenceCheck.Nonce, false)), "the replay is refused");
    }

    [Fact]
    public async Task A_relay_between_two_honest_VNs_is_refused_by_the_TLS_key()
    {
        using X509Certificate2 middle = TlsCertificates.CreateForPeers("b-1", DateTimeOffset.UtcNow, TimeSpan.FromDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        // The honest VN a-1 connects to what it takes for b-1; its words are carried to the real b-1, and back.
        using var honest = new LinkVictim("a-1", HandshakeSide.Policy, null, new PeerAddress("b-1", listener.LocalEndpoint.ToString()!));
        using TcpClient caught = await listener.AcceptTcpClientAsync();
        await using var near = new SslStream(caught.GetStream());
        await near.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = middle,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [new SslApplicationProtocol("coco-peer/1")],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        });
        await using SslStream far = await _victim.ConnectAsync(middle);
        await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
        await _victim.RefusedAsync(EvidenceCheck.TlsKey);
        await honest.UntilAsync(() => honest.Refusals.Contains((EvidenceCheck.TlsKey, true)), "the honest VN is told");
        Assert.Empty(honest.Open);
    }

    [Theory]
    [InlineData(EvidenceCheck.CollateralExpired)]
    [InlineData(EvidenceCheck.Revoked)]
    [InlineData(EvidenceCheck.Collateral)]
    [InlineData(EvidenceCheck.Platform)]
    [InlineData(EvidenceCheck.Chain)]
    [InlineData("")]
    public async Task Hardware_evidence_is_refused_with_expired_or_missing_collateral_and_under_another_root(string check)
    {
        using var amd = new SnpFixture(DateTimeOffset.UtcNow);
        using var stranger = new SnpFixture(DateTimeOffset.UtcNow);
        TeePolicy policy = amd.Policy with { Platforms = [check == EvidenceCheck.Platform ? "tdx" : "sev-snp"], SevSnp = new SevSnpPolicy { IsRevocationListRequired = true } };
        using var victim = new LinkVictim("b-1", policy, new EvidenceVerifiers([new SevSnpVerifier()]) { Roots = amd.Roots });
        SnpFixture maker = check == EvidenceCheck.Chain ? stranger : amd;
        DateTimeOffset until = DateTimeOffset.UtcNow.AddDays(check == EvidenceCheck.CollateralExpired ? -1 : 30);
        var guest = new BundlePlatform(data =>
        {
            EvidenceBundle bundle = maker.Bundle(maker.Report(report => data.CopyTo(report, 0x50)));
            return check == EvidenceCheck.Collateral ? bundle : bundle.Add(EvidencePart.RevocationList, maker.List(check == EvidenceCheck.Revoked, until));
        });
        await using SslStream stream = await victim.ConnectAsync(_certificate);
        var handshake = new AttestedHandshake(
            new AttestedSelf(HandshakeSide.Network, "a-1", EnclaveRole.Manager, _attacker.TlsKey, _attacker.Signer, guest),
            new PeerRequirements(EnclaveRole.Manager, AttestationPurpose.Peer, victim.TlsKey, HandshakeSide.Policy, _ => true), EvidenceVerifiers.All, TimeProvider.System);
        HandshakeResult result = await handshake.RunAsync(stream, isConnecting: true, Deadline, default);
        Assert.Equal(check, result.Refusal?.Check ?? "");
        if (check.Length > 0) await victim.RefusedAsync(check);
        else await victim.UntilAsync(() => victim.Open.Contains("a-1"), "the link is open");
    }

    [Fact]
    public async Task A_caller_without_TLS_or_without_a_certificate_or_who_does_not_attest_gets_nothing()
    {
        using (var plain = new TcpClient())
        {
            await plain.ConnectAsync(_victim.Endpoint);
            await HandshakeWire.SendAsync(plain.GetStream(), HandshakeSide.Hello);
            await AssertEndsAsync(plain.GetStream());
        }
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using SslStream anonymous = await _victim.ConnectAsync(null);
            await HandshakeWire.SendAsync(anonymous, HandshakeSide.Hello);
            await HandshakeWire.ReceiveAsync(anonymous);
        });
        await using (SslStream rude = await _victim.ConnectAsync(_certificate))
        {
            await rude.WriteAsync((byte[])[4, 0, 0, 0, 9, 9, 9, 9]);
            await AssertEndsAsync(rude);
        }
        await _victim.UntilAsync(() => _victim.Lines.Any(line => line.Contains(EvidenceCheck.Protocol, StringComparison.Ordinal)), "the rude one is named");
        Assert.Empty(_victim.Open);
        Assert.Empty(_victim.Changes);
        Assert.Equal(0, _victim.Messages);
    }

    [Fact]
    public async Task Evidence_is_checked_once_for_each_link_however_much_goes_over_it()
    {
        var counting = new CountingVerifier();
        var message = new ByteWriter();
        PeerMessageCodec.Encode(new ReadIndexAsk(7), message);
        using var victim = new LinkVictim("b-1", HandshakeSide.Policy, new EvidenceVerifiers([counting]));
        for (int link = 1; link <= 3; link++)
        {
            await using SslStream stream = await victim.ConnectAsync(_certificate);
            HandshakeResult result = await _attacker.NewHandshake(victim.TlsKey).RunAsync(stream, isConnecting: true, Deadline, default);
            Assert.True(result.Holds, result.Refusal?.Reason);
            for (int i = 0; i < 20; i++) await stream.WriteAsync((byte[])[.. BitConverter.GetBytes(message.Length), .. message.Span]);
            await victim.UntilAsync(() => victim.Messages == 20 * link, "its messages came");
            Assert.Equal(link, counting.Count);
        }
    }

    private static async Task AssertEndsAsync(Stream stream)
    {
        var buffer = new byte[1024];
        try
        {
            using var patience = new CancellationTokenSource(Deadline);
            while (await stream.ReadAsync(buffer, patience.Token) > 0)
            {
                // An alert of TLS is an answer too.
            }
        }
        catch (IOException)
        {
            // Reset: it hung up.
        }
    }

    private sealed class CountingVerifier : IEvidenceVerifier
    {
        private readonly SoftwareEvidenceVerifier _inner = new();
        private int _count;

        public int Count => _count;
        public string Platform => _inner.Platform;

        public EvidenceVerdict Verify(ReadOnlySpan<byte> evidence, TeePolicy policy, ulong nowUnixMs)
        {
            Interlocked.Increment(ref _count);
            return _inner.Verify(evidence, policy, nowUnixMs);
        }
    }

    /// <summary>A platform that says what a test tells it to.</summary>
    private sealed class BundlePlatform(Func<byte[], EvidenceBundle> make) : ITeePlatform
    {
        public string Name => "sev-snp";
        public bool IsProtected => true;
        public ReadOnlyMemory<byte> Measurement => new byte[48];
        public Evidence Produce(ReadOnlySpan<byte> reportData) => new(Name, make(reportData.ToArray()).Encode());
    }
}
