using System.Buffers.Binary;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>The clear, fixed part in front of every entry (docs/formats/entry.md).</summary>
/// <param name="Kind">What the entry is.</param>
/// <param name="Term">The term of the leader that made it.</param>
/// <param name="Index">Its place, from 1.</param>
/// <param name="GovernanceVersion">The constitution under which it was made.</param>
/// <param name="Salt">What its maker's manager drew when it started.</param>
/// <param name="Previous">The leaf digest of the entry before; zero before the first.</param>
/// <param name="PublicLength">Bytes of the public part.</param>
/// <param name="PrivateLength">Bytes of the private part as it stands in the frame: ciphertext and tag, or 0.</param>
public readonly record struct EntryHeader(
    EntryKind Kind,
    Term Term,
    LogIndex Index,
    GovernanceVersion GovernanceVersion,
    EntrySalt Salt,
    Hash256 Previous,
    int PublicLength = 0,
    int PrivateLength = 0)
{
    public const int Size = 88;

    /// <summary>0x00 (the prefix of a leaf, RFC 9162 2.1.1, so that the frame is hashed as it stands), "COE", version 1.</summary>
    internal const uint Magic = 0x454F4300;
    internal const byte Version = 1;

    /// <summary>The length of the whole frame.</summary>
    public int FrameLength => Size + PublicLength + PrivateLength + EntryFrame.TrailerSize;

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        bytes[4] = Version;
        bytes[5] = (byte)Kind;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Term.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Index.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], GovernanceVersion.Value);
        Salt.Write(bytes[32..]);
        Previous.CopyTo(bytes[48..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[80..], (uint)PublicLength);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[84..], (uint)PrivateLength);
    }

    /// <summary>Reads the first 88 bytes; false for another format, a kind or flag that this version doesn't know, or lengths beyond the limits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out EntryHeader header)
    {
        header = default;
        if (bytes.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic || bytes[4] != Version
            || bytes[5] is < (byte)EntryKind.Genesis or > (byte)EntryKind.Epoch
            || BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) != 0) return false;
        uint publicLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[80..]);
        uint privateLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[84..]);
        if (!AreLengthsAllowed(publicLength, privateLength)) return false;
        header = new EntryHeader(
            (EntryKind)bytes[5],
            new Term(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..])),
            new LogIndex(BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..])),
            new GovernanceVersion(BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..])),
            EntrySalt.Read(bytes[32..]),
            new Hash256(bytes.Slice(48, Hash256.Size)),
            (int)publicLength,
            (int)privateLength);
        return header.Index > LogIndex.Zero;
    }

    /// <summary>An encrypted part is never empty: where there is nothing to hide, there is no private part.</summary>
    private static bool AreLengthsAllowed(uint publicLength, uint privateLength) =>
        privateLength is 0 or > Aead.TagSize
        && (ulong)publicLength + privateLength <= Limits.MaxParts + Aead.TagSize;
}
