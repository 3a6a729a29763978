using Coco.Primitives;

namespace Coco.Store;

/// <summary>Applies encoded write sets to a transaction set (docs/formats/write-set.md). The bytes may be anything.</summary>
internal static class WriteSetDecoder
{
    /// <summary>False where the bytes are not a canonical write set over this state; the set then holds a part of it.</summary>
    public static bool TryApply(ReadOnlySpan<byte> encoded, Entries entries, TransactionSet set)
    {
        var reader = new SpanReader(encoded);
        if (!reader.TryReadByte(out byte format) || format != WriteSetEncoder.Format) return false;
        int lastMap = -1;
        while (!reader.IsAtEnd)
        {
            if (!Varint.TryRead(ref reader, out uint map) || map > ushort.MaxValue || (int)map <= lastMap) return false;
            lastMap = (int)map;
            var id = new MapId((ushort)map);
            if (!entries.IsKnown(id) || !TryApplyMap(ref reader, id, set)) return false;
        }
        return true;
    }

    private static bool TryApplyMap(ref SpanReader reader, MapId map, TransactionSet set)
    {
        if (!Varint.TryRead(ref reader, out uint count) || count == 0) return false;
        ReadOnlySpan<byte> last = default;
        for (uint i = 0; i < count; i++)
        {
            if (!Varint.TryRead(ref reader, out uint head) || head >> 1 > StoreLimits.MaxKeyBytes
                || !reader.TryReadFixed((int)(head >> 1), out ReadOnlySpan<byte> key)) return false;
            if (i > 0 && key.SequenceCompareTo(last) <= 0) return false;
            last = key;
            bool isPut = (head & 1) != 0;
            if (isPut ? !TryPut(ref reader, map, key, set) : !set.TryDelete(map, key)) return false;
        }
        return true;
    }

    private static bool TryPut(ref SpanReader reader, MapId map, ReadOnlySpan<byte> key, TransactionSet set)
    {
        if (!Varint.TryRead(ref reader, out uint length) || length > StoreLimits.MaxValueBytes
            || !reader.TryReadFixed((int)length, out ReadOnlySpan<byte> value)) return false;
        set.Put(map, key, value);
        return true;
    }
}
