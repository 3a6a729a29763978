using System.Globalization;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>
/// Sending transactions. The hash means: committed and its receipt readable here, or held and sent again until it commits
/// (architecture, "Acknowledged"). The same transaction sent twice gives the same answer.
/// </summary>
internal static class SendMethods
{
    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("eth_sendRawTransaction", Send);
        table.Add("eth_sendRawTransactionSync", SendSync);
    }

    private static ValueTask<RpcError?> Send(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        byte[] raw = parameters.Bytes();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : SendAsync(call, raw);
    }

    private static async ValueTask<RpcError?> SendAsync(RpcCall call, byte[] raw)
    {
        (RpcError? error, Hash256 hash, _) = await SubmitAsync(call, raw);
        if (error is null) call.Result.Data(hash.Span);
        return error;
    }

    /// <summary>Whether it is committed already; an error where it is refused and was not committed before.</summary>
    private static async ValueTask<(RpcError? Error, Hash256 Hash, bool IsCommitted)> SubmitAsync(RpcCall call, byte[] raw)
    {
        AdmissionResult admission = call.Admission ?? Admit(call, raw);
        Refusal? refusal = admission.Refusal;
        if (admission.Transaction is { } transaction)
        {
            var admitted = (AdmittedEthereumTransaction)transaction;
            if (!call.May(AccessVerb.Transact, "account", admitted.Sender.Span)) return (RpcError.Denied, default, false);
            call.Node.Subscriptions.Admitted(admitted);
            call.Node.Filters.Admitted(admitted);
            Submission submission = await call.Node.Services.Submitter.SubmitAsync(transaction, call.Cancellation);
            refusal = submission.State == SubmissionState.Busy ? Refusals.PoolIsFull : submission.Refusal;
            if (refusal is null)
                return (null, transaction.Id, submission.State == SubmissionState.Committed);
        }
        // Sent before: refused now, since its nonce is used up, by itself.
        Hash256 hash = Keccak256.Hash(raw);
        bool isKnown = await call.Node.Chain.TransactionAsync(hash, call.Cancellation) is not null;
        return isKnown ? (null, hash, true) : (RpcError.Of(refusal!), hash, false);
    }

    /// <summary>Of a call that has not begun; null where something is wrong with it, which it will say itself.</summary>
    public static AdmissionResult? TryAdmit(RpcNode node, in RpcRequest request, Caller caller, ICommittedView view)
    {
        try
        {
            var parameters = new ParamsReader(request.Params.Span);
            byte[] raw = parameters.Bytes();
            return parameters.Error is null ? node.Ledger.Admit(raw, caller, view) : null;
        }
        catch (Exception exception) when (exception is not InvariantException)
        {
            return null;
        }
    }

    private static AdmissionResult Admit(RpcCall call, byte[] raw)
    {
        using ICommittedView view = call.Node.Services.State.Open();
        return call.Node.Ledger.Admit(raw, call.Caller, view);
    }

    /// <summary>EIP-7966: the receipt, or error 4 with the hash when the time is over.</summary>
    private static ValueTask<RpcError?> SendSync(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        byte[] raw = parameters.Bytes();
        ulong? asked = parameters.OptionalNumber();
        if (parameters.End() is { } error) return new ValueTask<RpcError?>(error);
        ulong wait = Math.Min(asked is null or 0 ? RpcLimits.SyncDefaultMs : asked.Value, RpcLimits.SyncMostMs);
        return SendSyncAsync(call, raw, TimeSpan.FromMilliseconds(wait));
    }

    private static async ValueTask<RpcError?> SendSyncAsync(RpcCall call, byte[] raw, TimeSpan wait)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        patience.CancelAfter(wait);
        Task<(RpcError? Error, Hash256 Hash, bool IsCommitted)> submitting = SubmitAsync(call, raw).AsTask();
        try
        {
            (RpcError? error, Hash256 hash, _) = await submitting.WaitAsync(patience.Token);
            return error ?? await TransactionMethods.WriteReceiptAsync(call, await CommittedAsync(call, hash, patience.Token));
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            string waited = wait.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            return new RpcError(
                RpcError.NotInTime,
                $"The transaction was added to the transaction pool but wasn't processed in {waited}s.",
                Keccak256.Hash(raw).ToArray());
        }
    }

    private static async ValueTask<(EthereumBlock Block, int Position)> CommittedAsync(
        RpcCall call, Hash256 hash, CancellationToken cancellation)
    {
        while (true)
        {
            Task next = call.Node.Blocks.Next;
            if (await call.Node.Chain.TransactionAsync(hash, cancellation) is { } found) return found;
            await next.WaitAsync(cancellation);
        }
    }
}
