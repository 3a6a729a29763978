using Coco.Primitives;

namespace Coco.Crypto;

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
}
