using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Primitives;

namespace Coco.Evm.Transactions;

/// <summary>Whether a transaction may be in a block (yellow paper 6.2 and the EIPs since).</summary>
internal static class TransactionValidity
{
    public static TransactionRefusal Check(
        EvmTransaction tx, BlockEnvironment block, ForkRules rules, JournaledState state, long blockGasLeft, SkippedChecks skip)
    {
        TransactionRefusal refusal = CheckShape(tx, rules);
        if (refusal == TransactionRefusal.None) refusal = CheckSender(tx, rules, state, skip);
        if (refusal == TransactionRefusal.None && !skip.HasFlag(SkippedChecks.Fees)) refusal = CheckFees(tx, block, rules);
        if (refusal == TransactionRefusal.None && tx.Type == 3) refusal = CheckBlobs(tx, block, rules, skip);
        if (refusal == TransactionRefusal.None) refusal = CheckGas(tx, rules, blockGasLeft, skip);
        if (refusal == TransactionRefusal.None) refusal = CheckFunds(tx, state, skip);
        return refusal;
    }

    private static TransactionRefusal CheckShape(EvmTransaction tx, ForkRules rules)
    {
        bool supported = tx.Type switch
        {
            0 => true,
            1 => rules.Fork >= EvmFork.Berlin,
            2 => rules.Fork >= EvmFork.London,
            3 => rules.HasBlobs,
            4 => rules.HasDelegations,
            _ => false,
        };
        if (!supported) return TransactionRefusal.TypeNotSupported;
        if (tx.Type == 4 && tx.To is null) return TransactionRefusal.AuthorizationsCreateContract;
        if (tx.Type == 4 && tx.Authorizations.Length == 0) return TransactionRefusal.AuthorizationsMissing;
        bool tooLarge = rules.MetersInitCode && tx.To is null && tx.Data.Length > Limits.InitCodeBytes;
        return tooLarge ? TransactionRefusal.InitCodeTooLarge : TransactionRefusal.None;
    }

    private static TransactionRefusal CheckSender(EvmTransaction tx, ForkRules rules, JournaledState state, SkippedChecks skip)
    {
        int sender = state.Account(tx.Sender);
        if (!skip.HasFlag(SkippedChecks.Nonce))
        {
            ulong nonce = state.Nonce(sender);
            if (tx.Nonce < nonce) return TransactionRefusal.NonceTooLow;
            if (tx.Nonce > nonce) return TransactionRefusal.NonceTooHigh;
            if (nonce == ulong.MaxValue) return TransactionRefusal.NonceOverflow; // EIP-2681
        }
        bool hasCode = rules.RefusesSendersWithCode && state.CodeHash(sender) != EvmCode.EmptyHash
            && !(rules.HasDelegations && state.Code(sender).IsDelegation(out _));
        return hasCode && !skip.HasFlag(SkippedChecks.SenderCode) ? TransactionRefusal.SenderHasCode : TransactionRefusal.None;
    }

    private static TransactionRefusal CheckFees(EvmTransaction tx, BlockEnvironment block, ForkRules rules)
    {
        if (!rules.HasBaseFee) return TransactionRefusal.None;
        if (tx.MaxPriorityFeePerGas > tx.MaxFeePerGas) return TransactionRefusal.TipAboveFeeCap;
        return tx.MaxFeePerGas < block.BaseFee ? TransactionRefusal.FeeCapBelowBaseFee : TransactionRefusal.None;
    }

    private static TransactionRefusal CheckBlobs(EvmTransaction tx, BlockEnvironment block, ForkRules rules, SkippedChecks skip)
    {
        if (tx.To is null) return TransactionRefusal.BlobsCreateContract;
        if (tx.BlobHashes.Length == 0) return TransactionRefusal.BlobsMissing;
        int most = rules.CapsTransactions ? Math.Min(block.MaxBlobs, Limits.TransactionBlobs) : block.MaxBlobs;
        if (tx.BlobHashes.Length > most) return TransactionRefusal.TooManyBlobs;
        foreach (Hash256 hash in tx.BlobHashes)
            if (hash.Span[0] != 1) return TransactionRefusal.BlobVersionNotSupported;
        bool tooLow = !skip.HasFlag(SkippedChecks.Fees) && tx.MaxFeePerBlobGas < block.BlobBaseFee;
        return tooLow ? TransactionRefusal.BlobFeeCapTooLow : TransactionRefusal.None;
    }

    private static TransactionRefusal CheckGas(EvmTransaction tx, ForkRules rules, long blockGasLeft, SkippedChecks skip)
    {
        if (tx.GasLimit > long.MaxValue) return TransactionRefusal.GasLimitAboveBlock;
        if (!skip.HasFlag(SkippedChecks.GasCaps))
        {
            if (rules.CapsTransactions && tx.GasLimit > Limits.TransactionGas) return TransactionRefusal.GasLimitAboveCap;
            if ((long)tx.GasLimit > blockGasLeft) return TransactionRefusal.GasLimitAboveBlock;
        }
        if ((long)tx.GasLimit < IntrinsicGas.Of(tx, rules)) return TransactionRefusal.GasLimitBelowIntrinsic;
        bool belowFloor = (long)tx.GasLimit < IntrinsicGas.Floor(tx, rules);
        return belowFloor ? TransactionRefusal.GasLimitBelowFloor : TransactionRefusal.None;
    }

    private static TransactionRefusal CheckFunds(EvmTransaction tx, JournaledState state, SkippedChecks skip)
    {
        UInt256 balance = state.Balance(state.Account(tx.Sender));
        UInt256 needed = tx.Value;
        if (!skip.HasFlag(SkippedChecks.Fees))
        {
            // A price above 2^192 cannot be paid by anybody: there are fewer wei, and the products below stay exact.
            if (tx.MaxFeePerGas.BitLength > 192 || tx.MaxFeePerBlobGas.BitLength > 192) return TransactionRefusal.InsufficientFunds;
            UInt256 blobs = tx.MaxFeePerBlobGas * ((ulong)tx.BlobHashes.Length * GasCosts.Blob);
            bool wraps = UInt256.AddOverflows(needed, tx.MaxFeePerGas * tx.GasLimit, out needed)
                | UInt256.AddOverflows(needed, blobs, out needed);
            if (wraps) return TransactionRefusal.InsufficientFunds;
        }
        return balance < needed ? TransactionRefusal.InsufficientFunds : TransactionRefusal.None;
    }
}
