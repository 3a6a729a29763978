using Coco.Primitives;

namespace Coco.Postings;

/// <summary>A complete segment file: its name, which no other file ever has, and its pages.</summary>
public readonly record struct SegmentFile(Hash256 Id, uint Pages);

/// <summary>
/// Files that are written once, page by page, and read at any place. Pages come back as they were written or not at all. Calls
/// wait for the disk; reads come from many threads, all else from one.
/// </summary>
public interface ISegmentFiles
{
    /// <summary>Begins a file that stands for the ledger up to the entry at <paramref name="lastIndex"/>; a few may be open at once.</summary>
    ISegmentOutput Begin(LogIndex lastIndex);

    /// <summary>One page, kept at hand for the next reader; false where the file is gone or damaged there.</summary>
    bool TryRead(in SegmentFile file, uint page, out ReadOnlyMemory<byte> bytes);

    /// <summary>Pages one after the other, for a reader of the whole file.</summary>
    bool TryReadRun(in SegmentFile file, uint first, int count, out ReadOnlyMemory<byte> bytes);

    void Drop(in SegmentFile file);
}

/// <summary>A file that is being written.</summary>
public interface ISegmentOutput
{
    void Append(ReadOnlySpan<byte> page);

    /// <summary>Ends the file; null where it could not be stored.</summary>
    SegmentFile? End();

    /// <summary>The file is not wanted any more.</summary>
    void Abandon();
}
