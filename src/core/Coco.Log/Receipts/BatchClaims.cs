using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>One transaction and a digest of what came of it.</summary>
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

/// <summary>The Merkle tree over the transactions of one batch, of the same shape as the ledger's. Its root is public in the entry.</summary>
public static class BatchClaims
{
    public static Hash256 Root(ReadOnlySpan<TransactionClaim> claims)
    {
        Invariant.Holds(claims.Length <= Limits.MaxBatchTransactions, "a batch is within the limits");
        var leaves = new Hash256[claims.Length];
        for (int i = 0; i < claims.Length; i++) leaves[i] = claims[i].LeafDigest();
        return MerkleHash.RootInPlace(leaves);
    }

    /// <summary>The path of the claim at <paramref name="position"/>, from 0.</summary>
    public static Hash256[] Path(ReadOnlySpan<TransactionClaim> claims, int position)
    {
        var tree = new MerkleLedger();
        foreach (ref readonly TransactionClaim claim in claims) tree.Append(claim.LeafDigest());
        return tree.InclusionPath(new LogIndex((ulong)position + 1), tree.Last);
    }

    public static bool Verify(
        in Hash256 root, int position, int count, in TransactionClaim claim, ReadOnlySpan<Hash256> path) =>
        position >= 0 && count > 0
        && MerkleProof.VerifyInclusion((ulong)position, (ulong)count, claim.LeafDigest(), path, in root);
}
