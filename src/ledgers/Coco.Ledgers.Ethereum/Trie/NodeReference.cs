using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>How a trie node stands in its parent: by its hash, or in place if its RLP is shorter than 32 bytes (yellow paper, D).</summary>
public struct NodeReference
{
    private Hash256 _bytes;
    private byte _inlineLength;

    public static Hash256 EmptyRoot { get; } = Keccak256.Hash([0x80]);

    public static NodeReference Of(in Hash256 hash) => new() { _bytes = hash };

    /// <summary>For a node shorter than 32 bytes.</summary>
    public static NodeReference Inline(ReadOnlySpan<byte> rlp)
    {
        Span<byte> padded = stackalloc byte[Hash256.Size];
        padded.Clear();
        rlp.CopyTo(padded);
        return new NodeReference { _bytes = new Hash256(padded), _inlineLength = (byte)rlp.Length };
    }

    public static NodeReference OfNode(ReadOnlySpan<byte> rlp) => rlp.Length < Hash256.Size ? Inline(rlp) : Of(Keccak256.Hash(rlp));

    public readonly bool IsInline => _inlineLength > 0;

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public readonly int Length => _inlineLength > 0 ? _inlineLength : Hash256.Size + 1;

    public readonly int Write(Span<byte> target)
    {
        if (_inlineLength > 0)
        {
            _bytes.Span[.._inlineLength].CopyTo(target);
            return _inlineLength;
        }
        target[0] = 0x80 + Hash256.Size;
        _bytes.CopyTo(target[1..]);
        return Hash256.Size + 1;
    }

    /// <summary>The hash that stands for the node as a root.</summary>
    public readonly Hash256 RootHash() => _inlineLength > 0 ? Keccak256.Hash(_bytes.Span[.._inlineLength]) : _bytes;
}
