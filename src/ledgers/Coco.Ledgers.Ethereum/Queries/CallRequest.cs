using Coco.Evm;
using Coco.Evm.Tracing;
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

    /// <summary>Null: the account's. Only simulations look at it.</summary>
    public ulong? Nonce { get; init; }

    /// <summary>What a unit of gas costs at most; null: the call is free.</summary>
    public UInt256? MaxFeePerGas { get; init; }
    public UInt256? MaxPriorityFeePerGas { get; init; }

    /// <summary>The fees were given as a gas price.</summary>
    public bool IsLegacy { get; init; }
    public UInt256 Value { get; init; }
    public ReadOnlyMemory<byte> Data { get; init; }
    public IReadOnlyList<AccessListItem> AccessList { get; init; } = [];
    public IReadOnlyList<SignedAuthorization> Authorizations { get; init; } = [];

    /// <summary>The call that a transaction makes.</summary>
    internal static CallRequest Of(EthereumTransaction transaction, in Address sender) => new()
    {
        From = sender,
        To = transaction.To,
        Gas = transaction.GasLimit,
        Nonce = transaction.Nonce,
        MaxFeePerGas = transaction.MaxFeePerGas,
        MaxPriorityFeePerGas = transaction.MaxPriorityFeePerGas,
        Value = transaction.Value,
        Data = transaction.Data,
        AccessList = transaction.AccessList,
        Authorizations = transaction.Authorizations,
    };

    internal bool HasPrice => MaxFeePerGas is { IsZero: false };

    internal EvmTransaction ToEvm(ulong gas, ulong nonce) => EvmTransactions.Of(ToTransaction(gas, nonce, null), From);

    /// <summary>The transaction without a signature, encoded with zeros in its place.</summary>
    internal EthereumTransaction ToTransaction(ulong gas, ulong nonce, ulong? chainId)
    {
        TransactionType type = Authorizations.Count > 0 ? TransactionType.SetCode
            : IsLegacy && chainId is not null ? TransactionType.Legacy : TransactionType.DynamicFee;
        EthereumTransaction draft = Make(type, gas, nonce, type == TransactionType.Legacy ? null : chainId, default, default);
        if (chainId is null) return draft;
        byte[] raw = TransactionEncoder.Encode(draft);
        return Make(type, gas, nonce, type == TransactionType.Legacy ? null : chainId, raw, Coco.Crypto.Keccak256.Hash(raw));
    }

    private EthereumTransaction Make(TransactionType type, ulong gas, ulong nonce, ulong? chainId, byte[]? raw, in Hash256 hash) => new()
    {
        Type = type,
        ChainId = chainId is { } id ? id : null,
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
        Raw = raw,
        Hash = hash,
    };
}

/// <summary>What a call came to.</summary>
/// <param name="Refusal">It could not start; null if it ran.</param>
/// <param name="Output">Returned or revert data.</param>
public sealed record CallResult(Refusal? Refusal, EvmError Error, ReadOnlyMemory<byte> Output, ulong GasUsed)
{
    /// <summary>Of an instruction that could not begin.</summary>
    public FailedInstruction? Failed { get; init; }

    public bool IsSuccess => Refusal is null && Error == EvmError.None;
}

/// <summary>Either gas, or why there is no answer: the refusal, or the call that failed with all the gas.</summary>
public sealed record GasEstimate(ulong? Gas, CallResult? Failure, Refusal? Refusal);
