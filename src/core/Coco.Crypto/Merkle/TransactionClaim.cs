using Coco.Primitives;

namespace Coco.Crypto;

/// <summary>One transaction and a digest of what came of it; what both are is the ledger's to say.</summary>
public readonly record struct TransactionClaim(Hash256 Id, Hash256 ResultDigest)
{
    /// <summary>Its leaf in the claims tree of its batch.</summary>
    public Hash256 LeafDigest()
    {
        Span<byte> leaf = stackalloc byte[1 + (2 * Hash256.Size)];
        leaf[0] = 0x00;
        Id.CopyTo(leaf[1..]);
        ResultDigest.CopyTo(leaf[(1 + Hash256.Size)..]);
        return Sha256.Hash(leaf);
    }
}
