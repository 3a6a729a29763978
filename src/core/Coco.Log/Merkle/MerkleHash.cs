using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>Hashing of the Merkle tree (RFC 9162 2.1.1): leaves behind 0x00, inner nodes behind 0x01, SHA-256.</summary>
public static class MerkleHash
{
    /// <summary>The root of no leaves.</summary>
    public static Hash256 Empty { get; } = Sha256.Hash([]);

    public static Hash256 Node(in Hash256 left, in Hash256 right)
    {
        Span<byte> node = stackalloc byte[1 + (2 * Hash256.Size)];
        node[0] = 0x01;
        left.CopyTo(node[1..]);
        right.CopyTo(node[(1 + Hash256.Size)..]);
        return Sha256.Hash(node);
    }

    /// <summary>The root over leaf digests that are all at hand; overwrites <paramref name="leaves"/>.</summary>
    public static Hash256 RootInPlace(Span<Hash256> leaves)
    {
        if (leaves.IsEmpty) return Empty;
        // A last node without a sibling goes up as it is: the tree of RFC 9162, level by level.
        for (int count = leaves.Length; count > 1; count = (count + 1) / 2)
        {
            for (int i = 0; i + 1 < count; i += 2) leaves[i / 2] = Node(in leaves[i], in leaves[i + 1]);
            if ((count & 1) == 1) leaves[count / 2] = leaves[count - 1];
        }
        return leaves[0];
    }
}
