using Coco.Primitives;

namespace Coco.Postings;

/// <summary>The batches that a segment holds all postings of, and the entry of the last: where reading the ledger goes on.</summary>
public readonly record struct SegmentCoverage(BatchNumber First, BatchNumber Last, LogIndex LastIndex);

/// <summary>The last page of a segment.</summary>
internal sealed record SegmentFooter(
    SegmentCoverage Coverage, int Level, ulong Postings, uint Pages, uint DataRoot, uint FilterRoot)
{
    private const uint Magic = 0x47535043; // "CPSG"
    private const ushort Version = 1;

    public void Write(Span<byte> page)
    {
        page.Clear();
        PageHead.Write(page, PageKind.Footer, 0);
        var writer = new ByteWriter(128);
        writer.WriteUInt32(Magic);
        writer.WriteUInt16(Version);
        writer.WriteByte((byte)Level);
        writer.WriteUInt64(Coverage.First.Value);
        writer.WriteUInt64(Coverage.Last.Value);
        writer.WriteUInt64(Coverage.LastIndex.Value);
        writer.WriteUInt64(Postings);
        writer.WriteUInt32(Pages);
        writer.WriteUInt32(DataRoot);
        writer.WriteUInt32(FilterRoot);
        writer.Span.CopyTo(page[PageHead.Size..]);
    }

    /// <summary>Null where the page is no footer of a file with so many pages.</summary>
    public static SegmentFooter? TryRead(ReadOnlySpan<byte> page, uint pages)
    {
        if (page.Length != Limits.PageBytes || PageHead.Kind(page) != PageKind.Footer) return null;
        var reader = new SpanReader(page[PageHead.Size..]);
        bool isRead = reader.TryReadUInt32(out uint magic) & reader.TryReadUInt16(out ushort version) & reader.TryReadByte(out byte level)
            & reader.TryReadUInt64(out ulong first) & reader.TryReadUInt64(out ulong last) & reader.TryReadUInt64(out ulong index)
            & reader.TryReadUInt64(out ulong postings) & reader.TryReadUInt32(out uint count)
            & reader.TryReadUInt32(out uint data) & reader.TryReadUInt32(out uint filter);
        bool isSound = isRead && magic == Magic && version == Version && level <= Limits.TopLevel && first <= last && count == pages
            && data < count && filter < count;
        if (!isSound) return null;
        var coverage = new SegmentCoverage(new BatchNumber(first), new BatchNumber(last), new LogIndex(index));
        return new SegmentFooter(coverage, level, postings, count, data, filter);
    }
}
