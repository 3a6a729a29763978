using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Bench;

/// <summary>A transaction with EIP-1559 fees. A null <paramref name="To"/> creates a contract.</summary>
internal readonly record struct UnsignedTransaction(
    ulong ChainId, ulong Nonce, UInt128 Tip, UInt128 MaxFee, ulong Gas, Address? To, UInt128 Value, ReadOnlyMemory<byte> Data)
{
    /// <summary>The signed transaction as it goes over the wire.</summary>
    public byte[] Sign(BenchAccount sender)
    {
        EthereumTransaction transaction = new()
        {
            Type = TransactionType.DynamicFee,
            ChainId = new UInt256(ChainId),
            Nonce = Nonce,
            MaxPriorityFeePerGas = Wide(Tip),
            MaxFeePerGas = Wide(MaxFee),
            GasLimit = Gas,
            To = To,
            Value = Wide(Value),
            Data = Data,
            V = default,
            R = default,
            S = default,
            Raw = default,
            Hash = default,
        };
        return TransactionEncoder.Sign(transaction, sender.PrivateKey.Span).Raw.ToArray();
    }

    private static UInt256 Wide(UInt128 value) => new((ulong)value, (ulong)(value >> 64));
}
