using System.Buffers.Binary;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>A frame that lacks its trailer. Completed once.</summary>
public readonly struct UnsignedEntry
{
    private readonly byte[] _frame;

    internal UnsignedEntry(byte[] frame, in Hash256 leafDigest)
    {
        _frame = frame;
        LeafDigest = leafDigest;
    }

    /// <summary>The leaf to append to the Merkle ledger.</summary>
    public Hash256 LeafDigest { get; }

    /// <summary>Writes the trailer in place and gives the frame out; <paramref name="signature"/> is over <see cref="RootStatement.LeaderDigest"/>.</summary>
    public byte[] Complete(in Hash256 root, NodeId signer, ReadOnlySpan<byte> signature)
    {
        Invariant.Holds(signature.Length == P256.SignatureSize, "a signature is r and s");
        Span<byte> trailer = _frame.AsSpan(_frame.Length - EntryFrame.TrailerSize);
        root.CopyTo(trailer);
        BinaryPrimitives.WriteUInt64LittleEndian(trailer[Hash256.Size..], signer.Value);
        signature.CopyTo(trailer[(Hash256.Size + sizeof(ulong))..]);
        return _frame;
    }
}
