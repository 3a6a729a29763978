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

    public void Dispose()
    {
        _identity.Dispose();
        _platformKey.Dispose();
    }
}
