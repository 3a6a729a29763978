using Coco.Crypto;
using Coco.Keys;
using Coco.Primitives;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Tee;

/// <summary>One VN's manager in a handshake, all of whose parts a test can make wrong.</summary>
internal sealed class HandshakeSide : IDisposable
{
    public static readonly Hash256 Program = HashOf(0x11);
    public static readonly NetworkId Network = new(HashOf(0x22));

    private readonly NodeIdentity _identity = new();
    private readonly EcdsaSigner _platformKey = EcdsaSigner.Generate();

    public HandshakeSide(string node) => (Node, TlsKey) = (node, Sha256.Hash(System.Text.Encoding.ASCII.GetBytes(node)));

    public string Node { get; set; }
    public NetworkId? NetworkId { get; set; } = Network;
    public EnclaveRole Role { get; set; } = EnclaveRole.Manager;
    public AttestationPurpose Purpose { get; set; } = AttestationPurpose.Peer;
    public Hash256 TlsKey { get; set; }
    public Hash256 Measurement { get; set; } = Program;
    public bool HasNodeKey { get; set; } = true;
    public string[] Listed { get; set; } = ["a-1", "b-1"];

    public ReadOnlyMemory<byte> PublicKey => _identity.PublicKey;

    public ITeePlatform Platform => new SoftwarePlatform(Measurement, _platformKey, TimeProvider.System);

    public ISigner Signer => _identity.Signer;

    public static TeePolicy Policy { get; } = new(["software"], [Convert.ToHexStringLower(Program.Span)], false, 60_000);

    public static Hash256 HashOf(byte value) => new([.. Enumerable.Repeat(value, 32)]);

    /// <param name="peerTlsKey">The key that TLS saw from the other side.</param>
    public AttestedHandshake NewHandshake(Hash256 peerTlsKey, TimeProvider? time = null) => new(
        new AttestedSelf(NetworkId, Node, Role, TlsKey, HasNodeKey ? Signer : null, Platform),
        new PeerRequirements(EnclaveRole.Manager, Purpose, peerTlsKey, Policy, name => Listed.Contains(name)),
        EvidenceVerifiers.All, time ?? TimeProvider.System);

    /// <summary>Makes one thing wrong, by which the named check must refuse this side.</summary>
    public void Spoil(string check)
    {
        switch (check)
        {
            case EvidenceCheck.Measurement: Measurement = HashOf(0x99); break;
            case EvidenceCheck.Network: NetworkId = new NetworkId(HashOf(0x77)); break;
            case EvidenceCheck.NodeList: Node = "c-1"; break;
            case EvidenceCheck.Role: Role = EnclaveRole.Worker; break;
            case EvidenceCheck.TlsKey: TlsKey = HashOf(0x55); break;
            case EvidenceCheck.Purpose: Purpose = AttestationPurpose.Join; break;
            case EvidenceCheck.NodeKey: HasNodeKey = false; break;
            default: throw new ArgumentOutOfRangeException(nameof(check), check, "nothing to make wrong");
        }
    }

    /// <summary>The connecting side message by message, up to the verdict, with the truth about this link changed; returns what it proved.</summary>
    /// <param name="wrong">What the claims say that is not so, by the check that must refuse them; empty: nothing.</param>
    /// <param name="signer">Whose VN key signs; null: its own.</param>
    public async Task<HandshakeMessage.Proof> ProveAsync(Stream stream, string wrong = "", HandshakeSide? signer = null)
    {
        await HandshakeWire.SendAsync(stream, Hello);
        var hello = Assert.IsType<HandshakeMessage.Hello>(await HandshakeWire.ReceiveAsync(stream));
        var truth = new AttestationClaims(Network, Node, EnclaveRole.Manager, TlsKey, Sha256.Hash(PublicKey.Span), hello.Nonce, AttestationPurpose.Peer);
        AttestationClaims claims = Change(truth, wrong);
        byte[] reportData = claims.ComputeReportData();
        var signature = new byte[64];
        (signer ?? this).Signer.Sign(HandshakeMessage.DigestToSign(reportData).Span, signature);
        byte[] evidence = Platform.Produce(wrong == EvidenceCheck.ReportData ? new byte[64] : reportData).Encode();
        var proof = new HandshakeMessage.Proof(claims.Encode(), evidence, PublicKey, signature);
        await HandshakeWire.SendAsync(stream, proof);
        if (await HandshakeWire.ReceiveAsync(stream) is HandshakeMessage.Proof) await HandshakeWire.SendAsync(stream, new HandshakeMessage.Verdict(null));
        return proof;
    }

    public static HandshakeMessage.Hello Hello => new(Network, "a-1", EnclaveRole.Manager, AttestationPurpose.Peer, HashOf(1));

    private static AttestationClaims Change(AttestationClaims truth, string wrong) => wrong switch
    {
        EvidenceCheck.Nonce => truth with { PeerNonce = HashOf(0xEE) },
        EvidenceCheck.Network => truth with { Network = new NetworkId(HashOf(0xEE)) },
        EvidenceCheck.NodeName => truth with { Node = "b-1" },
        EvidenceCheck.Role => truth with { Role = EnclaveRole.Worker },
        EvidenceCheck.Purpose => truth with { Purpose = AttestationPurpose.Client },
        EvidenceCheck.TlsKey => truth with { TlsKeyDigest = HashOf(0xEE) },
        EvidenceCheck.NodeKey => truth with { NodeKeyDigest = HashOf(0xEE) },
        _ => truth,
    };

    public void Dispose()
    {
        _identity.Dispose();
        _platformKey.Dispose();
    }
}
