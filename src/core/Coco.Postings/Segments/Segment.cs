namespace Coco.Postings;

/// <summary>A page of a segment could not be read, or is not what was written: the segment was dropped meanwhile, or is damaged.</summary>
public sealed class SegmentUnreadableException(SegmentFile file) : Exception($"Index segment {file.Id} can't be read.")
{
    public SegmentFile File { get; } = file;
}

/// <summary>A sealed segment: sorted postings that never change. Holds nothing but its footer in memory. Any thread.</summary>
internal sealed class Segment(ISegmentFiles files, SegmentFile file, SegmentFooter footer)
{
    /// <summary>Trees over the most pages that a file can have are lower.</summary>
    private const int MaxHeight = 8;

    public SegmentFile File => file;
    public SegmentCoverage Coverage => footer.Coverage;
    public int Level => footer.Level;
    public ulong Postings => footer.Postings;

    /// <summary>Null where the file's last page is no footer.</summary>
    public static Segment? TryOpen(ISegmentFiles files, in SegmentFile file) =>
        file.Pages > 0 && files.TryRead(file, file.Pages - 1, out ReadOnlyMemory<byte> page)
        && SegmentFooter.TryRead(page.Span, file.Pages) is { } footer ? new Segment(files, file, footer) : null;

    /// <summary>Whether there may be postings under the key: false is certain.</summary>
    public bool MayHold(ulong key)
    {
        if (footer.FilterRoot == 0) return false;
        if (!TryDescend(footer.FilterRoot, PageKind.Filter, new Posting(key, ulong.MaxValue), out ReadOnlyMemory<byte> page, out _)) return false;
        return FilterPageBuilder.MayHold(page.Span, key);
    }

    /// <summary>The greatest value under the key that is at most <paramref name="atMost"/>.</summary>
    public bool TryFindLast(ulong key, ulong atMost, out ulong value)
    {
        value = 0;
        var wanted = new Posting(key, atMost);
        if (!MayHold(key) || !TryDescend(footer.DataRoot, PageKind.Data, wanted, out ReadOnlyMemory<byte> page, out _)) return false;
        var reader = new DataPageReader(page);
        bool found = false;
        while (reader.TryNext() && reader.Current <= wanted)
        {
            if (reader.Current.Key != key) continue;
            value = reader.Current.Value;
            found = true;
        }
        return found;
    }

    /// <summary>Values under the key from <paramref name="from"/> to <paramref name="to"/>, rising.</summary>
    public void Find(ulong key, ulong from, ulong to, List<ulong> values)
    {
        if (!MayHold(key)) return;
        var wanted = new Posting(key, from);
        if (!TryDescend(footer.DataRoot, PageKind.Data, wanted, out ReadOnlyMemory<byte> page, out uint number))
        {
            number = 0;
            page = ReadData(ref number);
        }
        while (!page.IsEmpty)
        {
            var reader = new DataPageReader(page);
            while (reader.TryNext())
            {
                if (reader.Current < wanted) continue;
                if (reader.Current.Key != key || reader.Current.Value > to) return;
                values.Add(reader.Current.Value);
            }
            number++;
            page = ReadData(ref number);
        }
    }

    /// <summary>The first data page from <paramref name="number"/> on; empty at the footer.</summary>
    private ReadOnlyMemory<byte> ReadData(ref uint number)
    {
        for (; ; number++)
        {
            ReadOnlyMemory<byte> page = Read(number);
            if (PageHead.Kind(page.Span) == PageKind.Data) return page;
            if (PageHead.Kind(page.Span) == PageKind.Footer) return default;
        }
    }

    /// <summary>Goes down a tree to the leaf in whose stretch the posting would stand; false where it would stand before the first.</summary>
    private bool TryDescend(uint root, PageKind leaf, in Posting wanted, out ReadOnlyMemory<byte> page, out uint number)
    {
        number = root;
        page = default;
        if (root == 0) return false;
        for (int height = 0; height < MaxHeight; height++)
        {
            page = Read(number);
            if (PageHead.Kind(page.Span) == leaf) return true;
            if (PageHead.Kind(page.Span) != PageKind.Index) break;
            if (!IndexPageBuilder.TryFloor(page.Span, wanted, out number)) return false;
        }
        throw new SegmentUnreadableException(file);
    }

    private ReadOnlyMemory<byte> Read(uint number) =>
        number < footer.Pages && files.TryRead(file, number, out ReadOnlyMemory<byte> bytes) && bytes.Length == Limits.PageBytes
            ? bytes : throw new SegmentUnreadableException(file);
}
