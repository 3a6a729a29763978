namespace Coco.Postings;

/// <summary>Bounds of postings and their segments.</summary>
public static class Limits
{
    /// <summary>One page of a segment file: what a lookup reads, some 800 postings.</summary>
    public const int PageBytes = 8192;

    /// <summary>Postings in memory before they are sealed; with the room that the last batch needs, 131,072 and 3 MB.</summary>
    public const int BufferPostings = 115_000;

    /// <summary>So many neighbours of one level become a segment of the next: a lookup looks into few segments, and each posting is rewritten seldom.</summary>
    public const int SegmentsPerLevel = 4;

    /// <summary>Segments of this level (half a thousand million postings) are not merged further.</summary>
    public const int TopLevel = 6;

    /// <summary>Different keys in one page of filter: ten bits for each, so that one miss in a hundred reads a page in vain.</summary>
    public const int KeysPerFilter = 6_500;

    /// <summary>Pages that a merge reads at once from one segment.</summary>
    public const int PagesAhead = 16;

    /// <summary>Segments of one store: more than its levels can hold.</summary>
    public const int MaxSegments = 256;
}
