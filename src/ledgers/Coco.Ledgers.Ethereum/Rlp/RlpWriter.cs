using System.Buffers.Binary;
using System.Numerics;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Appends canonical RLP to a <see cref="ByteWriter"/>. Lists are opened and closed; closing moves the content behind its header.</summary>
public static class RlpWriter
{
    private const int MaxHeader = 9;

    public static int BeginList(this ByteWriter writer) => writer.Length;

    public static void EndList(this ByteWriter writer, int start)
    {
        int length = writer.Length - start;
        Span<byte> header = stackalloc byte[MaxHeader];
        int size = WriteHeader(header, 0xC0, length);
        writer.Take(size);
        Span<byte> written = writer.Written;
        written.Slice(start, length).CopyTo(written[(start + size)..]);
        header[..size].CopyTo(written[start..]);
    }

    public static void RlpBytes(this ByteWriter writer, ReadOnlySpan<byte> value)
    {
        if (value.Length == 1 && value[0] < 0x80)
        {
            writer.WriteByte(value[0]);
            return;
        }
        Span<byte> header = stackalloc byte[MaxHeader];
        writer.WriteFixed(header[..WriteHeader(header, 0x80, value.Length)]);
        writer.WriteFixed(value);
    }

    public static void Rlp(this ByteWriter writer, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        writer.RlpBytes(bytes[(BitOperations.LeadingZeroCount(value) / 8)..]);
    }

    public static void Rlp(this ByteWriter writer, in UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        value.WriteBigEndian(bytes);
        writer.RlpBytes(bytes[(UInt256.Size - ((value.BitLength + 7) / 8))..]);
    }

    public static void Rlp(this ByteWriter writer, in Hash256 value) => writer.RlpBytes(value.Span);

    public static void Rlp(this ByteWriter writer, in Address value) => writer.RlpBytes(value.Span);

    public static void Rlp(this ByteWriter writer, in Address? value) =>
        writer.RlpBytes(value is { } address ? address.Span : default);

    /// <summary>Bytes that are RLP already.</summary>
    public static void RlpRaw(this ByteWriter writer, ReadOnlySpan<byte> encoded) => writer.WriteFixed(encoded);

    public static void RlpEmptyList(this ByteWriter writer) => writer.WriteByte(0xC0);

    /// <summary>Writes the header of a string (<paramref name="offset"/> 0x80) or a list (0xC0); returns its size.</summary>
    public static int WriteHeader(Span<byte> target, byte offset, int length)
    {
        if (length <= 55)
        {
            target[0] = (byte)(offset + length);
            return 1;
        }
        int size = (32 - BitOperations.LeadingZeroCount((uint)length) + 7) / 8;
        target[0] = (byte)(offset + 55 + size);
        for (int i = 0; i < size; i++) target[1 + i] = (byte)(length >> (8 * (size - 1 - i)));
        return 1 + size;
    }
}
