namespace Coco.Evm.Transactions;

/// <summary>What a simulated run (eth_call, eth_estimateGas) does not hold against a transaction.</summary>
[Flags]
public enum SkippedChecks : byte
{
    None = 0,
    Nonce = 1,

    /// <summary>The sender pays no gas and the coinbase gets none; BASEFEE is zero if no price was given. The value must be there.</summary>
    Fees = 2,

    /// <summary>EIP-3607.</summary>
    SenderCode = 4,

    /// <summary>The block's gas limit and the cap of one transaction.</summary>
    GasCaps = 8,

    /// <summary>With <see cref="Fees"/>: BASEFEE answers the block's base fee even so.</summary>
    ShowsBaseFee = 16,
    All = Nonce | Fees | SenderCode | GasCaps,
}
