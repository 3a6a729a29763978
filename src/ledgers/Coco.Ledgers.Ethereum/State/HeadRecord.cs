using Coco.Evm;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>What the next block needs of the last one, beside its hash.</summary>
public readonly record struct HeadRecord(ulong Number, ulong Timestamp, ulong GasUsed, UInt256 BaseFee, uint NextStorage)
{
    public void Write(ByteWriter writer)
    {
        writer.WriteVarint(Number);
        writer.WriteVarint(Timestamp);
        writer.WriteVarint(GasUsed);
        writer.WriteWord(BaseFee);
        writer.WriteVarint(NextStorage);
    }

    public static bool TryGet(IReadView view, out HeadRecord head)
    {
        head = default;
        if (!view.TryGet(EthereumMaps.Head, EthereumMaps.HeadKey, out ReadOnlySpan<byte> value)) return false;
        var reader = new SpanReader(value);
        Invariant.Holds(
            reader.TryReadVarint(out ulong number) & reader.TryReadVarint(out ulong timestamp) & reader.TryReadVarint(out ulong gas)
                & reader.TryReadWord(out UInt256 baseFee) & reader.TryReadVarint(out ulong storage),
            "the head record in the store is well formed");
        head = new HeadRecord(number, timestamp, gas, baseFee, (uint)storage);
        return true;
    }
}
