using System.Buffers.Binary;
using Coco.Primitives;

namespace Coco.Crypto;

/// <summary>The nonce of one encryption: a counter that never repeats under one key. 12 bytes: 64 bits little-endian, four zeros.</summary>
public readonly record struct AeadNonce(ulong Counter)
{
    public const int Size = 12;

    public AeadNonce(LogIndex index) : this(index.Value) { }

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Counter);
        destination[sizeof(ulong)..Size].Clear();
    }
}
