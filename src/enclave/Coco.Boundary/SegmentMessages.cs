using Coco.Primitives;

namespace Coco.Boundary;

/// <summary>The name of an index segment's file and its pages.</summary>
public readonly record struct SegmentName(Hash256 Id, uint Pages);

/// <summary>A committed batch as it stands in the log.</summary>
public readonly record struct LoggedBatch(LogIndex Index, ReadOnlyMemory<byte> Record);

/// <summary>What a worker says about its index segments, and about reading the log in order. All of them are questions or orders for one file.</summary>
public abstract record SegmentRequest : WorkerMessage
{
    private protected SegmentRequest()
    {
    }
}

/// <summary>Which segments are there that fit the ledger?</summary>
public sealed record SegmentListQuestion(ulong Request) : SegmentRequest;

/// <summary>
/// The next pages of a segment that stands for the ledger up to <paramref name="LastIndex"/>; the last one says so.
/// <paramref name="Output"/> is the worker's number for the file until then.
/// </summary>
public sealed record SegmentPiece(ulong Output, LogIndex LastIndex, ReadOnlyMemory<byte> Pages, bool IsLast) : SegmentRequest;

/// <summary>A segment that was begun is not wanted any more.</summary>
public sealed record SegmentAbandoned(ulong Output) : SegmentRequest;

/// <summary>Read pages of a segment.</summary>
public sealed record SegmentQuestion(ulong Request, Hash256 Id, uint First, uint Count) : SegmentRequest;

/// <summary>A segment is not needed any more.</summary>
public sealed record SegmentDropped(Hash256 Id) : SegmentRequest;

/// <summary>Read committed batches in the order of the log, from an index on.</summary>
public sealed record LogQuestion(ulong Request, LogIndex From) : SegmentRequest;

/// <summary>What a manager says to such requests.</summary>
public abstract record SegmentReply : ManagerMessage
{
    private protected SegmentReply()
    {
    }
}

/// <summary>The segments that fit the ledger as it is on this disk.</summary>
public sealed record SegmentListAnswer(ulong Request, IReadOnlyList<SegmentName> Segments) : SegmentReply;

/// <summary>A segment is complete under this name; no pages: it could not be stored.</summary>
public sealed record SegmentStored(ulong Output, SegmentName Name) : SegmentReply;

/// <summary>Pages as they were written; none where the file is gone or was changed.</summary>
public sealed record SegmentAnswer(ulong Request, ReadOnlyMemory<byte> Pages) : SegmentReply;

/// <summary>Batches that follow one another in the log; <paramref name="Next"/> is the index to go on from.</summary>
public sealed record LogAnswer(ulong Request, LogIndex Next, IReadOnlyList<LoggedBatch> Batches) : SegmentReply;
