using Coco.Evm;
using Coco.Evm.Transactions;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>Whether a signed request may go to the pool: geth's checks, in geth's order and words. Called from many threads.</summary>
public sealed class Admission(EthereumSettings settings)
{
    public AdmissionResult Admit(ReadOnlyMemory<byte> request, IReadView committed)
    {
        AdmissionResult result = Readmit(request, committed);
        if (result.Transaction is not AdmittedEthereumTransaction admitted) return result;
        HeadRecord.TryGet(committed, out HeadRecord head);
        return CheckAccount(admitted, head, committed) is { } account ? Refuse(account) : result;
    }

    /// <summary>All checks but those of the sender's account.</summary>
    public AdmissionResult Readmit(ReadOnlyMemory<byte> request, IReadView committed)
    {
        if (request.Length > settings.MaxTransactionBytes) return Refuse(Refusals.Oversized(request.Length, settings.MaxTransactionBytes));
        if (!TransactionDecoder.TryDecode(request, out EthereumTransaction? transaction, out string? error))
            return Refuse(Refusals.Of(error!));
        HeadRecord.TryGet(committed, out HeadRecord head);
        EvmFork fork = settings.Forks.ForkAt(head.Number + 1, head.Timestamp);
        ForkRules rules = ForkRules.Of(fork);
        if (CheckShape(transaction!, rules) is { } shape) return Refuse(shape);
        if (!SenderRecovery.TryRecover(transaction!, fork >= EvmFork.Homestead, out Address sender))
            return Refuse(Refusals.InvalidSender);
        var admitted = new AdmittedEthereumTransaction(transaction!, sender);
        if (CheckGas(admitted.Evm, rules) is { } gas) return Refuse(gas);
        return AdmissionResult.Admitted(admitted);
    }

    private static AdmissionResult Refuse(Refusal refusal) => new(null, refusal);

    private Refusal? CheckShape(EthereumTransaction t, ForkRules rules)
    {
        if (t.Type == TransactionType.Blob) return Refusals.BlobsRefused;
        EvmFork since = t.Type switch
        {
            TransactionType.AccessList => EvmFork.Berlin,
            TransactionType.DynamicFee => EvmFork.London,
            TransactionType.SetCode => EvmFork.Prague,
            _ => EvmFork.Frontier,
        };
        if (rules.Fork < since) return Refusals.TypeNotSupported;
        if (t.ChainId is { } chainId && (rules.Fork < EvmFork.SpuriousDragon || chainId != settings.ChainId))
            return Refusals.InvalidChainId(chainId, settings.ChainId);
        if (rules.MetersInitCode && t.To is null && t.Data.Length > Limits.InitCodeBytes) return Refusals.InitCodeTooLarge(t.Data.Length);
        if (t.GasLimit > settings.GasLimit) return Refusals.ExceedsBlockGasLimit;
        if (rules.CapsTransactions && t.GasLimit > Limits.TransactionGas) return Refusals.GasAboveCap(t.GasLimit);
        if (t.MaxFeePerGas < t.MaxPriorityFeePerGas) return Refusals.TipAboveFeeCap(t.MaxPriorityFeePerGas, t.MaxFeePerGas);
        return t.Type == TransactionType.SetCode && t.Authorizations.Count == 0 ? Refusals.AuthorizationsMissing : null;
    }

    private static Refusal? CheckGas(EvmTransaction t, ForkRules rules)
    {
        if (t.Nonce == ulong.MaxValue) return Refusals.NonceOverflow;
        long needed = IntrinsicGas.Of(t, rules);
        if (t.GasLimit < (ulong)needed) return Refusals.IntrinsicGas(t.GasLimit, needed);
        long floor = IntrinsicGas.Floor(t, rules);
        return t.GasLimit < (ulong)floor ? Refusals.FloorGas(t.GasLimit, floor) : null;
    }

    private static Refusal? CheckAccount(AdmittedEthereumTransaction admitted, in HeadRecord head, IReadView committed)
    {
        EvmTransaction t = admitted.Evm;
        AccountRecord.TryGet(committed, admitted.Sender, out AccountRecord account);
        if (t.Nonce < account.Nonce) return Refusals.NonceTooLow(account.Nonce, t.Nonce);
        UInt256 cost = Refusals.Cost(t);
        if (account.Balance < cost) return Refusals.InsufficientFunds(account.Balance, cost);
        return t.MaxFeePerGas < head.BaseFee ? Refusals.FeeCapBelowBaseFee(admitted.Sender, t.MaxFeePerGas, head.BaseFee) : null;
    }
}
