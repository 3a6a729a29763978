using Coco.Primitives;

namespace Coco.Ledgers.KeyValue;

/// <summary>What came of a transaction.</summary>
/// <param name="Batch">The batch that executed it.</param>
/// <param name="ContentDigest">Of the request that was executed.</param>
/// <param name="IsApplied">False where a compare-and-set found another value, or a delete no key.</param>
/// <param name="Value">What <c>random</c> or <c>now</c> wrote; else empty.</param>
public readonly record struct Outcome(BatchNumber Batch, Hash256 ContentDigest, bool IsApplied, ReadOnlyMemory<byte> Value)
{
    private const int MaxValueBytes = 32;

    public void Encode(ByteWriter writer)
    {
        writer.WriteUInt64(Batch.Value);
        writer.WriteHash(ContentDigest);
        writer.WriteByte(IsApplied ? (byte)1 : (byte)0);
        writer.WriteBytes(Value.Span);
    }

    /// <summary>Copies the value.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, out Outcome outcome)
    {
        outcome = default;
        var reader = new SpanReader(encoded);
        if (!TryDecode(ref reader, out outcome)) return false;
        return reader.IsAtEnd;
    }

    public static bool TryDecode(ref SpanReader reader, out Outcome outcome)
    {
        outcome = default;
        if (!reader.TryReadUInt64(out ulong batch) || !reader.TryReadHash(out Hash256 digest)
            || !reader.TryReadByte(out byte isApplied) || isApplied > 1
            || !reader.TryReadBytes(MaxValueBytes, out ReadOnlySpan<byte> value)) return false;
        outcome = new Outcome(new BatchNumber(batch), digest, isApplied == 1, value.ToArray());
        return true;
    }
}
