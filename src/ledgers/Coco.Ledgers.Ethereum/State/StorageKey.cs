using System.Buffers.Binary;
using Coco.Evm;

namespace Coco.Ledgers.Ethereum;

/// <summary>Keys of <see cref="EthereumMaps.Storage"/>.</summary>
public static class StorageKey
{
    public const int MaxSize = sizeof(uint) + UInt256.Size;

    public static int Write(Span<byte> target, uint storage, in UInt256 slot)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, storage);
        return sizeof(uint) + CompactCodec.WriteTrimmed(target[sizeof(uint)..], slot);
    }

    public static bool TryRead(ReadOnlySpan<byte> key, out uint storage, out UInt256 slot)
    {
        slot = default;
        if (!BinaryPrimitives.TryReadUInt32BigEndian(key, out storage) || key.Length > MaxSize) return false;
        slot = new UInt256(key[sizeof(uint)..]);
        return true;
    }
}
