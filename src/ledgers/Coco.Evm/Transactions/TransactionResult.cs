using Coco.Evm.Tracing;

namespace Coco.Evm.Transactions;

/// <summary>What became of a transaction. Logs are in the state until the next one begins.</summary>
public readonly struct TransactionResult
{
    /// <summary>None if the transaction was executed, well or not.</summary>
    public TransactionRefusal Refusal { get; init; }
    public EvmError Error { get; init; }

    /// <summary>What the receipt says: after refunds and the floor.</summary>
    public long GasUsed { get; init; }

    /// <summary>Gas given back for cleared storage and the like.</summary>
    public long GasRefunded { get; init; }
    /// <summary>The same as <see cref="GasUsed"/> without the refunds: what the gas limit must reach.</summary>
    public long MostGasUsed { get; init; }
    public UInt256 EffectiveGasPrice { get; init; }

    /// <summary>Returned or revert data, or deployed code; valid until the next run of the same processor.</summary>
    public ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>Of a creation, whether or not it succeeded.</summary>
    public Address? CreatedAddress { get; init; }

    /// <summary>Of an instruction of the outermost frame that could not begin.</summary>
    public FailedInstruction? Failed { get; init; }

    public bool IsExecuted => Refusal == TransactionRefusal.None;
    public bool IsSuccess => IsExecuted && Error == EvmError.None;
}
