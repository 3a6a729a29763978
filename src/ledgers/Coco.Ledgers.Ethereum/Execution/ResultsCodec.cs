using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>The part of the results that is not about single transactions.</summary>
/// <param name="Hash">The block's hash: checks all that is derived.</param>
public readonly record struct ResultsHead(Hash256 ParentHash, Hash256 StateRoot, Hash256 Hash, ulong Timestamp, UInt256 BaseFee);

/// <summary>The results of a batch in its entry: the head, then the outcomes.</summary>
public static class ResultsCodec
{
    private const byte Version = 2;

    public static void Write(ByteWriter writer, in ResultsHead head, ReadOnlySpan<byte> outcomes)
    {
        writer.WriteByte(Version);
        writer.WriteHash(head.ParentHash);
        writer.WriteHash(head.StateRoot);
        writer.WriteHash(head.Hash);
        writer.WriteVarint(head.Timestamp);
        writer.WriteWord(head.BaseFee);
        writer.WriteFixed(outcomes);
    }

    /// <summary>Reads the head; the reader then stands at the outcomes.</summary>
    public static bool TryReadHead(ref SpanReader reader, out ResultsHead head)
    {
        head = default;
        if (!reader.TryReadByte(out byte version) || version != Version || !reader.TryReadHash(out Hash256 parent)
            || !reader.TryReadHash(out Hash256 stateRoot) || !reader.TryReadHash(out Hash256 hash)
            || !reader.TryReadVarint(out ulong timestamp) || !reader.TryReadWord(out UInt256 baseFee)) return false;
        head = new ResultsHead(parent, stateRoot, hash, timestamp, baseFee);
        return true;
    }
}
