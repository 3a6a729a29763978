using System.Numerics;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Small numbers in few bytes: LEB128, and big-endian words without leading zeros.</summary>
public static class CompactCodec
{
    public static void WriteVarint(this ByteWriter writer, ulong value)
    {
        for (; value >= 0x80; value >>= 7) writer.WriteByte((byte)(value | 0x80));
        writer.WriteByte((byte)value);
    }

    public static bool TryReadVarint(this ref SpanReader reader, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (!reader.TryReadByte(out byte next)) return false;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return true;
        }
        return false;
    }

    /// <summary>Writes the word without leading zeros; returns the length.</summary>
    public static int WriteTrimmed(Span<byte> target, in UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        value.WriteBigEndian(bytes);
        int length = (value.BitLength + 7) / 8;
        bytes[(UInt256.Size - length)..].CopyTo(target);
        return length;
    }

    /// <summary>A length byte and the trimmed word.</summary>
    public static void WriteWord(this ByteWriter writer, in UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        int length = WriteTrimmed(bytes, value);
        writer.WriteByte((byte)length);
        writer.WriteFixed(bytes[..length]);
    }

    public static bool TryReadWord(this ref SpanReader reader, out UInt256 value)
    {
        value = default;
        if (!reader.TryReadByte(out byte length) || length > UInt256.Size
            || !reader.TryReadFixed(length, out ReadOnlySpan<byte> bytes)) return false;
        value = new UInt256(bytes);
        return true;
    }
}
