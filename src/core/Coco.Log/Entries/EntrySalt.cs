using System.Buffers.Binary;

namespace Coco.Log;

/// <summary>
/// The 128 random bits that a manager draws at each start. They are part of every key that it encrypts with, so that a disk
/// that was rolled back can't make a pair of key and nonce repeat (architecture, Keys on disk and nonces).
/// </summary>
public readonly record struct EntrySalt(ulong First, ulong Second)
{
    public const int Size = 16;

    /// <summary>Reads the first 16 bytes.</summary>
    public static EntrySalt Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, First);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Second);
    }
}
