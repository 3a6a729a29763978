using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Keys;

/// <summary>The P-256 key of one incarnation of a VN: made in memory at start, never written anywhere, gone with the process.</summary>
public sealed class NodeIdentity : IDisposable
{
    private readonly EcdsaSigner _signer = EcdsaSigner.Generate();

    public ISigner Signer => _signer;

    /// <summary>The point, 65 bytes, as in the entry that admits the incarnation.</summary>
    public ReadOnlyMemory<byte> PublicKey => _signer.PublicKey;

    /// <summary>SHA-256 of the point, as evidence binds it.</summary>
    public Hash256 PublicKeyDigest => Sha256.Hash(PublicKey.Span);

    public void Dispose() => _signer.Dispose();
}
