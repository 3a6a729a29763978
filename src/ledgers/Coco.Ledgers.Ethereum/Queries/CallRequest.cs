using Coco.Evm;
using Coco.Evm.Transactions;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>A call that changes nothing (eth_call, eth_estimateGas). Absent fields are null.</summary>
public sealed record CallRequest
{
    public Address From { get; init; }
    public Address? To { get; init; }

    /// <summary>Null: as much as a query may use.</summary>
    public ulong? Gas { get; init; }

    /// <summary>What a unit of gas costs at most; null: the call is free.</summary>
    public UInt256? MaxFeePerGas { get; init; }
    public UInt256? MaxPriorityFeePerGas { get; init; }
    public UInt256 Value { get; init; }
    public ReadOnlyMemory<byte> Data { get; init; }
    public IReadOnlyList<AccessListItem> AccessList { get; init; } = [];
    public IReadOnlyList<SignedAuthorization> Authorizations { get; init; } = [];

    internal EvmTransaction ToEvm(ulong gas, ulong nonce)
    {
        var transaction = new EthereumTransaction
        {
            Type = Authorizations.Count > 0 ? TransactionType.SetCode : TransactionType.DynamicFee,
            Nonce = nonce,
            MaxFeePerGas = MaxFeePerGas ?? default,
            MaxPriorityFeePerGas = MaxPriorityFeePerGas ?? MaxFeePerGas ?? default,
            GasLimit = gas,
            To = To,
            Value = Value,
            Data = Data,
            AccessList = AccessList,
            Authorizations = Authorizations,
            V = default,
            R = default,
            S = default,
            Raw = default,
            Hash = default,
        };
        return EvmTransactions.Of(transaction, From);
    }
}

/// <summary>What a call came to.</summary>
/// <param name="Refusal">It could not start; null if it ran.</param>
/// <param name="Output">Returned or revert data.</param>
public sealed record CallResult(Refusal? Refusal, EvmError Error, ReadOnlyMemory<byte> Output, ulong GasUsed)
{
    public bool IsSuccess => Refusal is null && Error == EvmError.None;
}

/// <summary>Either gas, or why there is no answer: the refusal, or the call that failed with all the gas.</summary>
public sealed record GasEstimate(ulong? Gas, CallResult? Failure, Refusal? Refusal);
