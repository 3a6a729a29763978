using Coco.Primitives;

namespace Coco.Evm.Transactions;

/// <summary>A decoded transaction whose signature was already checked and turned into <see cref="Sender"/>.</summary>
public sealed class EvmTransaction
{
    /// <summary>EIP-2718: 0 legacy, 1 access list, 2 dynamic fee, 3 blobs, 4 set code.</summary>
    public byte Type { get; init; }
    public required Address Sender { get; init; }

    /// <summary>Null creates a contract.</summary>
    public required Address? To { get; init; }
    public ulong Nonce { get; init; }
    public UInt256 Value { get; init; }
    public required ulong GasLimit { get; init; }

    /// <summary>Most wei for one gas; of types 0 and 1 the gas price.</summary>
    public UInt256 MaxFeePerGas { get; init; }

    /// <summary>Most wei for one gas above the base fee; of types 0 and 1 the gas price.</summary>
    public UInt256 MaxPriorityFeePerGas { get; init; }
    public ReadOnlyMemory<byte> Data { get; init; }
    public AccessListEntry[] AccessList { get; init; } = [];
    public Hash256[] BlobHashes { get; init; } = [];
    public UInt256 MaxFeePerBlobGas { get; init; }
    public Authorization[] Authorizations { get; init; } = [];

    /// <summary>What one gas costs under a base fee; the caller has checked that it fits the fee cap.</summary>
    public UInt256 EffectiveGasPrice(in UInt256 baseFee)
    {
        bool wrapped = UInt256.AddOverflows(baseFee, MaxPriorityFeePerGas, out UInt256 wanted);
        return wrapped || wanted > MaxFeePerGas ? MaxFeePerGas : wanted;
    }
}

/// <summary>An account and slots that begin warm (EIP-2930).</summary>
public readonly record struct AccessListEntry(Address Address, UInt256[] Slots);

/// <summary>
/// Permission to run the code of <see cref="Address"/> as one's own (EIP-7702). <see cref="Authority"/> is who signed; null if
/// the signature was not valid, which makes the machine pass over it.
/// </summary>
public readonly record struct Authorization(UInt256 ChainId, Address Address, ulong Nonce, Address? Authority);
