using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// The start of a file with an index segment (docs/formats/index-segment.md): whose it is, its name, and the entry up to which it
/// was derived from the ledger, by index and leaf digest. Since that digest covers all entries before, the file fits a ledger or it
/// does not.
/// </summary>
/// <param name="Id">Random, drawn for this file alone: part of its key, so that no pair of key and nonce can come twice.</param>
public sealed record SegmentFileHeader(Hash256 Network, Hash256 Id, LogIndex LastIndex, Hash256 Leaf)
{
    public const int Size = (2 * sizeof(uint)) + (3 * Hash256.Size) + sizeof(ulong);

    private const uint Magic = 0x49434F43; // "COCI"
    private const uint Version = 1;

    public void Write(ByteWriter writer)
    {
        writer.WriteUInt32(Magic);
        writer.WriteUInt32(Version);
        writer.WriteHash(Network);
        writer.WriteHash(Id);
        writer.WriteUInt64(LastIndex.Value);
        writer.WriteHash(Leaf);
    }

    public static SegmentFileHeader? TryRead(ReadOnlySpan<byte> bytes)
    {
        var reader = new SpanReader(bytes);
        bool isRead = reader.TryReadUInt32(out uint magic) & reader.TryReadUInt32(out uint version) & reader.TryReadHash(out Hash256 network)
            & reader.TryReadHash(out Hash256 id) & reader.TryReadUInt64(out ulong index) & reader.TryReadHash(out Hash256 leaf);
        return isRead && magic == Magic && version == Version ? new SegmentFileHeader(network, id, new LogIndex(index), leaf) : null;
    }
}
