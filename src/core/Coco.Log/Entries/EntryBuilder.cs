using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// Makes an entry in two steps, since signing is an effect of the sequencer: <see cref="Begin"/> encrypts and hashes, the Merkle
/// ledger takes the leaf and gives the root, <see cref="UnsignedEntry.Complete"/> puts root and signature behind.
/// </summary>
public static class EntryBuilder
{
    /// <summary>
    /// Lays the frame out in the one array that it will stay in. <paramref name="place"/> says all but the lengths; an entry with
    /// a private part needs a cipher.
    /// </summary>
    public static UnsignedEntry Begin(
        in EntryHeader place, ReadOnlySpan<byte> publicPart, ReadOnlySpan<byte> privatePart = default, EntryCipher? cipher = null)
    {
        Invariant.Holds(publicPart.Length <= Limits.MaxParts - privatePart.Length, "an entry is within the limits");
        Invariant.Holds(place.Index > LogIndex.Zero, "an entry has a place");
        int privateLength = privatePart.IsEmpty ? 0 : privatePart.Length + Aead.TagSize;
        EntryHeader header = place with { PublicLength = publicPart.Length, PrivateLength = privateLength };
        byte[] frame = GC.AllocateUninitializedArray<byte>(header.FrameLength);
        header.Write(frame);
        publicPart.CopyTo(frame.AsSpan(EntryHeader.Size));
        Hash256 publicDigest = Sha256.Hash(publicPart);
        Span<byte> hidden = frame.AsSpan(EntryHeader.Size + publicPart.Length, privateLength);
        if (!privatePart.IsEmpty)
        {
            Invariant.Holds(cipher is not null, "a private part is encrypted");
            cipher.Seal(in header, in publicDigest, privatePart, hidden);
        }
        return new UnsignedEntry(frame, EntryFrame.LeafDigest(frame.AsSpan(0, EntryHeader.Size), in publicDigest, Sha256.Hash(hidden)));
    }
}
