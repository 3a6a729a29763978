using System.Buffers;
using Coco.Primitives;

namespace Coco.Store;

/// <summary>Unsigned LEB128 in the fewest bytes; a longer form of the same number is refused, so each number has one form.</summary>
internal static class Varint
{
    /// <summary>Of 32 bits.</summary>
    public const int MaxBytes = 5;

    public static int Write(Span<byte> into, uint value)
    {
        int length = 0;
        for (; value >= 0x80; value >>= 7) into[length++] = (byte)(value | 0x80);
        into[length++] = (byte)value;
        return length;
    }

    public static void Write(IBufferWriter<byte> writer, uint value) => writer.Advance(Write(writer.GetSpan(MaxBytes), value));

    public static OperationStatus Read(ReadOnlySpan<byte> from, out uint value, out int length)
    {
        value = 0;
        for (length = 0; length < from.Length; length++)
        {
            byte next = from[length];
            if (length == MaxBytes - 1 && next > 0x0F) return OperationStatus.InvalidData;
            value |= (uint)(next & 0x7F) << (7 * length);
            if (next >= 0x80) continue;
            if (next == 0 && length > 0) return OperationStatus.InvalidData;
            length++;
            return OperationStatus.Done;
        }
        return length == MaxBytes ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
    }

    public static bool TryRead(ref SpanReader reader, out uint value) =>
        Read(reader.Rest, out value, out int length) == OperationStatus.Done && reader.TryReadFixed(length, out _);
}
