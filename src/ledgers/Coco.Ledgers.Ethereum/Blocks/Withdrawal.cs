using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>A payment from the beacon chain (EIP-4895); <paramref name="Amount"/> in gwei.</summary>
public sealed record Withdrawal(ulong Index, ulong Validator, Address Address, ulong Amount)
{
    public void Write(ByteWriter writer)
    {
        int list = writer.BeginList();
        writer.Rlp(Index);
        writer.Rlp(Validator);
        writer.Rlp(Address);
        writer.Rlp(Amount);
        writer.EndList(list);
    }

    public static Withdrawal Read(ref RlpReader reader)
    {
        RlpReader list = reader.ReadList();
        var withdrawal = new Withdrawal(list.ReadUInt64(), list.ReadUInt64(), list.ReadAddress(), list.ReadUInt64());
        reader.Finish(list);
        return withdrawal;
    }
}
