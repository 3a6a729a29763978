using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>
/// The calls of one batch: they run at the same time, each started after the one before, so that transactions of one sender arrive in order. The
/// signatures of many transactions are recovered in turns with other batches; of calls that execute, as many are under way as run at once.
/// </summary>
internal sealed class BatchRun(RpcNode node, List<RpcRequest> batch, Caller caller, Func<RpcRequest, ByteWriter, BatchBudget, AdmissionResult?, Task> begin)
{
    private readonly ByteWriter[] _answers = new ByteWriter[batch.Count];
    private readonly Task[] _running = new Task[batch.Count];
    private readonly AdmissionResult?[] _admissions = new AdmissionResult?[batch.Count];
    private readonly BatchBudget _budget = new(node.Services.Node);
    private readonly List<Task> _executing = [];
    private readonly bool _isBulk = IsBulk(batch);

    /// <summary>It has so many transactions that they wait behind others.</summary>
    public static bool IsBulk(List<RpcRequest> batch)
    {
        if (batch.Count <= RpcLimits.SmallBatch) return false;
        int transactions = 0;
        foreach (RpcRequest request in batch)
            if (MethodTable.Sends(request)) transactions++;
        return transactions > RpcLimits.SmallBatch;
    }

    public async ValueTask AnswerAsync(ByteWriter answer)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if (_isBulk && i % RpcLimits.BatchTurn == 0) await AdmitTurnAsync(i);
            if (MethodTable.Executes(batch[i])) await BeginExecutionAsync(i);
            else _ = Begin(i);
        }
        await Task.WhenAll(_running);
        Join(answer);
        foreach (ByteWriter written in _answers) AnswerWriters.Return(written);
    }

    private Task AdmitTurnAsync(int from) => node.Services.Bulk.RunAsync(() =>
    {
        using ICommittedView view = node.Services.State.Open();
        int end = Math.Min(from + RpcLimits.BatchTurn, batch.Count);
        for (int i = from; i < end; i++)
            if (MethodTable.Sends(batch[i])) _admissions[i] = SendMethods.TryAdmit(node, batch[i], caller, view);
        return end;
    });

    private async ValueTask BeginExecutionAsync(int call)
    {
        while (_executing.Count >= node.Calls.Width) _executing.Remove(await Task.WhenAny(_executing));
        _executing.Add(Begin(call));
    }

    private Task Begin(int call)
    {
        _answers[call] = AnswerWriters.Rent();
        return _running[call] = begin(batch[call], _answers[call], _budget, _admissions[call]);
    }

    private void Join(ByteWriter answer)
    {
        int start = answer.Length;
        long bytes = 0;
        answer.WriteByte((byte)'[');
        for (int i = 0; i < _answers.Length; i++)
        {
            if (_answers[i].Length == 0) continue;
            answer.Separate();
            if (bytes > RpcLimits.BatchAnswerBytes) RpcCall.WriteError(answer, batch[i].Id.Span, RpcError.AnswerTooLarge);
            else answer.Raw(_answers[i].Span);
            bytes += _answers[i].Length;
        }
        answer.WriteByte((byte)']');
        if (bytes == 0) answer.Truncate(start);
    }
}
