using System.Buffers.Binary;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// One entry as it stands on disk and on the wire, parsed in place: header, public part, private part (ciphertext and tag),
/// trailer (root, signer, signature). The same bytes on every VN (STO-2). Parsing checks the shape and nothing else.
/// </summary>
public readonly struct EntryFrame
{
    public const int TrailerSize = Hash256.Size + sizeof(ulong) + P256.SignatureSize;

    /// <summary>What the private part's tag covers: header and digest of the public part.</summary>
    internal const int AssociatedSize = EntryHeader.Size + Hash256.Size;

    private EntryFrame(ReadOnlyMemory<byte> bytes, in EntryHeader header)
    {
        Bytes = bytes;
        Header = header;
    }

    public EntryHeader Header { get; }

    /// <summary>The whole frame.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public ReadOnlyMemory<byte> PublicPart => Bytes.Slice(EntryHeader.Size, Header.PublicLength);

    /// <summary>Ciphertext and 16 bytes of tag, or empty.</summary>
    public ReadOnlyMemory<byte> PrivatePart => Bytes.Slice(EntryHeader.Size + Header.PublicLength, Header.PrivateLength);

    /// <summary>The length of the private part in clear.</summary>
    public int PlaintextLength => Header.PrivateLength == 0 ? 0 : Header.PrivateLength - Aead.TagSize;

    /// <summary>The Merkle root over all leaves up to and including this entry, as its maker signed it.</summary>
    public Hash256 Root => new(Trailer[..Hash256.Size]);

    public NodeId Signer => new(BinaryPrimitives.ReadUInt64LittleEndian(Trailer[Hash256.Size..]));

    /// <summary>r and s over <see cref="RootStatement.LeaderDigest"/>.</summary>
    public ReadOnlySpan<byte> Signature => Trailer[(Hash256.Size + sizeof(ulong))..];

    private ReadOnlySpan<byte> Trailer => Bytes.Span[^TrailerSize..];

    /// <summary>Takes exactly one frame.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, out EntryFrame frame)
    {
        frame = default;
        if (!EntryHeader.TryRead(bytes.Span, out EntryHeader header) || bytes.Length != header.FrameLength) return false;
        frame = new EntryFrame(bytes, in header);
        return true;
    }

    /// <summary>Hashes both parts and the header: the entry's leaf in the Merkle tree, and the link in the next entry.</summary>
    public Hash256 LeafDigest() =>
        LeafDigest(Bytes.Span[..EntryHeader.Size], Sha256.Hash(PublicPart.Span), Sha256.Hash(PrivatePart.Span));

    /// <summary>
    /// The leaf from the digests of the parts, so that a receipt needn't carry ciphertext. The header's first byte is the 0x00
    /// that sets leaves apart from nodes.
    /// </summary>
    public static Hash256 LeafDigest(ReadOnlySpan<byte> header, in Hash256 publicDigest, in Hash256 privateDigest)
    {
        Span<byte> leaf = stackalloc byte[AssociatedSize + Hash256.Size];
        WriteAssociated(header, in publicDigest, leaf);
        privateDigest.CopyTo(leaf[AssociatedSize..]);
        return Sha256.Hash(leaf);
    }

    /// <summary>Whether the signature is by this key, over this frame's own root; the root is checked by whoever holds the tree.</summary>
    public bool IsSignedBy(in Hash256 network, ReadOnlySpan<byte> publicKey, ISignatureVerifier signatures)
    {
        Hash256 digest = new RootStatement(network, Header.Term, Header.Index, Root).LeaderDigest();
        return signatures.Verify(publicKey, digest.Span, Signature);
    }

    internal static void WriteAssociated(ReadOnlySpan<byte> header, in Hash256 publicDigest, Span<byte> associated)
    {
        header[..EntryHeader.Size].CopyTo(associated);
        publicDigest.CopyTo(associated[EntryHeader.Size..]);
    }
}
