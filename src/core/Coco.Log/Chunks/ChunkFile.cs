using System.Buffers.Binary;
using System.Numerics;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>Names and records of chunk files (docs/formats/ledger-chunk.md).</summary>
public static class ChunkFile
{
    /// <summary>In front of each frame: its length and the CRC-32C of length and frame.</summary>
    public const int RecordPrefix = 2 * sizeof(uint);

    private const string Prefix = "ledger_";
    private const int Digits = 20;

    /// <summary>A chunk is named by its first entry, with digits enough that names sort as numbers do.</summary>
    public static string Name(LogIndex first) => $"{Prefix}{first.Value:D20}";

    public static bool TryParseName(string file, out LogIndex first)
    {
        first = default;
        if (file.Length != Prefix.Length + Digits || !file.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        foreach (char digit in file.AsSpan(Prefix.Length))
            if (!char.IsAsciiDigit(digit)) return false;
        if (!ulong.TryParse(file.AsSpan(Prefix.Length), out ulong value) || value == 0) return false;
        first = new LogIndex(value);
        return true;
    }

    public static void WritePrefix(Span<byte> prefix, ReadOnlySpan<byte> frame)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(prefix, (uint)frame.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(prefix[sizeof(uint)..], Checksum((uint)frame.Length, frame));
    }

    /// <summary>CRC-32C (RFC 3720 B.4) by the processor's instruction; finds torn writes, and is no protection against anyone.</summary>
    internal static uint Checksum(uint seed, ReadOnlySpan<byte> bytes)
    {
        uint crc = BitOperations.Crc32C(uint.MaxValue, seed);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte rest in bytes) crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }

    /// <summary>The frame of the record at the start of <paramref name="bytes"/>; false where it is cut off or damaged.</summary>
    internal static bool TryReadRecord(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        if (bytes.Length < RecordPrefix) return false;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span);
        if (length < EntryHeader.Size || length > Limits.MaxFrame || length > bytes.Length - RecordPrefix) return false;
        frame = bytes.Slice(RecordPrefix, (int)length);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[sizeof(uint)..]) == Checksum(length, frame.Span);
    }
}
