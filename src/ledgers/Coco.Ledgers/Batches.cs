using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers;

/// <summary>The recorded non-determinism of a batch, drawn by the leader inside its enclave (CON-2).</summary>
/// <param name="UnixMs">Wall-clock time in milliseconds; never falls from batch to batch.</param>
/// <param name="Random">32 random bytes, unknown to anyone before the batch.</param>
public readonly record struct BatchEnvironment(ulong UnixMs, Hash256 Random);

/// <summary>What a batch is executed from.</summary>
public sealed record BatchInput(
    BatchNumber Number, BatchEnvironment Environment, IReadOnlyList<AdmittedTransaction> Transactions);

/// <summary>A batch that was executed on the speculative head.</summary>
public interface IExecutedBatch
{
    BatchNumber Number { get; }

    /// <summary>The transactions that are part of it, in order; a subset of the input's.</summary>
    IReadOnlyList<AdmittedTransaction> Included { get; }

    /// <summary>Transactions that can never be executed, each with its reason; those in neither list go back to the pool.</summary>
    IReadOnlyList<(AdmittedTransaction Transaction, Refusal Reason)> Refused { get; }

    /// <summary>
    /// Finishes what execution of the next batch need not wait for (state hashing), writes the results, and adds what the entry claims
    /// of each transaction included, in order: its id and a digest that its client can compute from what the ledger tells it. Called once,
    /// in the order of the batches, possibly on another thread while later batches execute.
    /// </summary>
    void Seal(ByteWriter results, BatchClaims claims);
}

/// <summary>
/// A batch as it stands in its entry: all that executing it again needs, and what came of it (architecture, life of a
/// transaction 4).
/// </summary>
public sealed record BatchRecord(
    BatchNumber Number,
    BatchEnvironment Environment,
    IReadOnlyList<ReadOnlyMemory<byte>> Requests,
    ReadOnlyMemory<byte> WriteSet,
    ReadOnlyMemory<byte> Results)
{
    /// <summary>Requests in a batch; more than any constitution may set.</summary>
    public const int MaxRequests = 1 << 16;

    /// <summary>Bytes in one part of a record: that of a genesis state is the largest.</summary>
    public const int MaxBytes = 192 << 20;

    /// <summary>The bytes of <see cref="Encode"/>.</summary>
    public int EncodedLength
    {
        get
        {
            int length = (2 * sizeof(ulong)) + Hash256.Size + (3 * sizeof(uint)) + WriteSet.Length + Results.Length;
            for (int i = 0; i < Requests.Count; i++) length += sizeof(uint) + Requests[i].Length;
            return length;
        }
    }

    public void Encode(ByteWriter writer)
    {
        writer.WriteUInt64(Number.Value);
        writer.WriteUInt64(Environment.UnixMs);
        writer.WriteHash(Environment.Random);
        writer.WriteUInt32((uint)Requests.Count);
        for (int i = 0; i < Requests.Count; i++) writer.WriteBytes(Requests[i].Span);
        writer.WriteBytes(WriteSet.Span);
        writer.WriteBytes(Results.Span);
    }

    /// <summary>The parts point into <paramref name="encoded"/>.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> encoded, out BatchRecord? record)
    {
        record = null;
        var reader = new SpanReader(encoded.Span);
        if (!reader.TryReadUInt64(out ulong number) || !reader.TryReadUInt64(out ulong unixMs)
            || !reader.TryReadHash(out Hash256 random) || !reader.TryReadUInt32(out uint count)
            || count > MaxRequests || count > (uint)reader.Remaining / sizeof(uint)) return false;
        var requests = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < requests.Length; i++)
            if (!TryReadPart(encoded, ref reader, out requests[i])) return false;
        if (!TryReadPart(encoded, ref reader, out ReadOnlyMemory<byte> writeSet)
            || !TryReadPart(encoded, ref reader, out ReadOnlyMemory<byte> results) || !reader.IsAtEnd) return false;
        record = new BatchRecord(
            new BatchNumber(number), new BatchEnvironment(unixMs, random), requests, writeSet, results);
        return true;
    }

    private static bool TryReadPart(ReadOnlyMemory<byte> encoded, ref SpanReader reader, out ReadOnlyMemory<byte> part)
    {
        part = default;
        if (!reader.TryReadBytes(MaxBytes, out ReadOnlySpan<byte> bytes)) return false;
        part = encoded.Slice(encoded.Length - reader.Remaining - bytes.Length, bytes.Length);
        return true;
    }
}

/// <summary>A committed batch, given to the ledger on every VN.</summary>
/// <param name="Index">The place of its entry in the log.</param>
/// <param name="Executed">On the VN that executed it, what <see cref="ILedger.Execute"/> returned; null where only the record came.</param>
public sealed record AppliedBatch(LogIndex Index, BatchRecord Record, IExecutedBatch? Executed);
