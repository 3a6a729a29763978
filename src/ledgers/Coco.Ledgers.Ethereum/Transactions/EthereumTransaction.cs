using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>A decoded transaction of any type. Made by <see cref="TransactionDecoder"/>; its sender by <see cref="SenderRecovery"/>.</summary>
public sealed class EthereumTransaction
{
    public required TransactionType Type { get; init; }

    /// <summary>Null for a legacy transaction without replay protection (EIP-155).</summary>
    public UInt256? ChainId { get; init; }

    public required ulong Nonce { get; init; }

    /// <summary>What a unit of gas costs at most: gasPrice, or maxFeePerGas of EIP-1559, in wei.</summary>
    public required UInt256 MaxFeePerGas { get; init; }

    /// <summary>The part of it for the block's beneficiary; equal to <see cref="MaxFeePerGas"/> before EIP-1559.</summary>
    public required UInt256 MaxPriorityFeePerGas { get; init; }

    public required ulong GasLimit { get; init; }

    /// <summary>Null for a contract creation.</summary>
    public required Address? To { get; init; }

    public required UInt256 Value { get; init; }
    public required ReadOnlyMemory<byte> Data { get; init; }
    public IReadOnlyList<AccessListItem> AccessList { get; init; } = [];
    public UInt256 MaxFeePerBlobGas { get; init; }
    public IReadOnlyList<Hash256> BlobHashes { get; init; } = [];
    public IReadOnlyList<SignedAuthorization> Authorizations { get; init; } = [];

    /// <summary>As it stands: 27, 28 or EIP-155 for legacy, the y parity for the others.</summary>
    public required UInt256 V { get; init; }

    public required UInt256 R { get; init; }
    public required UInt256 S { get; init; }

    /// <summary>The signed envelope; the hash is over these bytes.</summary>
    public required ReadOnlyMemory<byte> Raw { get; init; }

    public required Hash256 Hash { get; init; }

    public bool IsDynamicFee => Type >= TransactionType.DynamicFee;

    /// <summary>What the sender pays for a unit of gas under a base fee.</summary>
    public UInt256 EffectiveGasPrice(in UInt256 baseFee)
    {
        if (!IsDynamicFee) return MaxFeePerGas;
        if (MaxFeePerGas < baseFee) return MaxFeePerGas;
        UInt256 room = MaxFeePerGas - baseFee;
        return baseFee + (room < MaxPriorityFeePerGas ? room : MaxPriorityFeePerGas);
    }
}
