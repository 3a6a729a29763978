using System.Diagnostics;
using System.Threading.Channels;

namespace Coco.Bench;

/// <summary>
/// One connection's share of a run: takes its operations in order, up to a JSON-RPC batch at a time, sends them, and waits until
/// the receipts of its transactions have been read.
/// </summary>
internal sealed class ConnectionLoad : IDisposable
{
    private static readonly TimeSpan ReceiptDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ExchangeDeadline = TimeSpan.FromSeconds(30);
    private const int FirstWaitMs = 1;
    private const int LongestRestoreWaitMs = 500;

    private readonly LoadPlan _plan;
    private readonly LoadResults _results;
    private readonly IRpcConnection _connection;
    private readonly ReceiptReader _receipts;
    private readonly int[] _operations;
    private readonly Pacer? _pacer;
    private readonly ChannelReader<int>? _due;
    private readonly int[] _group;
    private readonly long[] _started;
    private readonly bool[] _isPending;
    private readonly HashSet<int> _stuckSenders = [];
    private readonly bool _isBatch;
    private int _groupSize;
    private int _pending;

    /// <summary>Questions about receipts that have not come back; the last one that comes ends <see cref="_allBack"/>.</summary>
    private int _asked;
    private TaskCompletionSource _allBack = new();
    private CancellationTokenSource _deadline = new();

    public ConnectionLoad(
        LoadPlan plan, LoadResults results, IRpcConnection connection, ReceiptReader receipts, int[] operations, int batch, Pacer? pacer, int number)
    {
        _plan = plan;
        _results = results;
        _connection = connection;
        _receipts = receipts;
        _operations = operations;
        _pacer = pacer;
        _due = pacer?.DueOf(number);
        _group = new int[batch];
        _started = new long[batch];
        _isPending = new bool[batch];
        _isBatch = batch > 1;
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        for (int next = 0; next < _operations.Length; next += _groupSize)
        {
            await TakeGroupAsync(next, cancellation);
            await SendGroupAsync(isRepeated: false, cancellation);
            await AwaitReceiptsAsync(cancellation);
        }
    }

    /// <summary>A receipt was read, or the node refused to give it.</summary>
    public void OnReceipt(int position, Outcome outcome, string? error)
    {
        if (error is null) End(position, outcome);
        else Fail(position, error);
        OnNoReceipt();
    }

    /// <summary>A question came back without an answer.</summary>
    public void OnNoReceipt()
    {
        if (Interlocked.Decrement(ref _asked) == 0) _allBack.SetResult();
    }

    public void Dispose() => _deadline.Dispose();

    /// <summary>Fills the group: what is due now (open loop), or as much as fits (closed loop).</summary>
    private async ValueTask TakeGroupAsync(int next, CancellationToken cancellation)
    {
        int most = Math.Min(_group.Length, _operations.Length - next);
        if (_due is not null)
        {
            await _due.ReadAsync(cancellation);
            int taken = 1;
            while (taken < most && _due.TryRead(out _)) taken++;
            most = taken;
        }
        long now = Stopwatch.GetTimestamp();
        for (int i = 0; i < most; i++)
        {
            _group[i] = _operations[next + i];
            _started[i] = _pacer?.DueTimestamp(_group[i]) ?? now;
            _isPending[i] = true;
        }
        _groupSize = _pending = most;
        DropStuck();
    }

    /// <summary>A refused transaction leaves a gap in its sender's nonces: what follows cannot commit and is not sent.</summary>
    private void DropStuck()
    {
        if (_stuckSenders.Count == 0) return;
        for (int i = 0; i < _groupSize; i++)
            if (_plan.Operations[_group[i]].Kind == OperationKind.Send && _stuckSenders.Contains(SenderOf(i)))
                Fail(i, "not sent: an earlier transaction of the sender failed");
    }

    private async ValueTask SendGroupAsync(bool isRepeated, CancellationToken cancellation)
    {
        for (; _pending > 0; isRepeated = true)
        {
            WriteGroup();
            try
            {
                ReadOnlyMemory<byte> answer = await ExchangeAsync(cancellation);
                ReadSendAnswers(answer.Span, isRepeated);
                return;
            }
            catch (IOException broken)
            {
                await RestoreAsync(broken, cancellation);
            }
        }
    }

    private async ValueTask AwaitReceiptsAsync(CancellationToken cancellation)
    {
        while (_pending > 0)
        {
            _allBack = new TaskCompletionSource();
            AskForReceipts();
            await _allBack.Task;
            FailLate("no receipt within 60 seconds");
            await SendGroupAsync(isRepeated: true, cancellation);
        }
    }

    /// <summary>Answers may come before the last question is asked.</summary>
    private void AskForReceipts()
    {
        long now = Stopwatch.GetTimestamp();
        _asked = 1;
        for (int i = 0; i < _groupSize; i++)
        {
            if (!_isPending[i]) continue;
            Interlocked.Increment(ref _asked);
            _receipts.Ask(new ReceiptQuestion(this, i, _plan.Operations[_group[i]].Subject, now));
        }
        OnNoReceipt();
    }

    private void WriteGroup()
    {
        RequestBuffer request = _connection.Request;
        request.Clear();
        bool isFirst = true;
        if (_isBatch) request.Append("["u8);
        for (int i = 0; i < _groupSize; i++)
        {
            if (!_isPending[i]) continue;
            if (!isFirst) request.Append(","u8);
            isFirst = false;
            _plan.WriteCall(request, _group[i], i);
        }
        if (_isBatch) request.Append("]"u8);
    }

    private void ReadSendAnswers(ReadOnlySpan<byte> body, bool isRepeated)
    {
        RpcAnswerReader reader = new(body);
        while (reader.TryRead(out RpcAnswer answer))
        {
            if (answer.Id < 0 && answer.IsError) FailAll(answer.ErrorMessage());
            if (!IsPending(answer.Id)) continue;
            bool isSend = _plan.Operations[_group[answer.Id]].Kind == OperationKind.Send;
            if (answer.IsError)
            {
                string message = answer.ErrorMessage();
                if (!isSend || !(isRepeated && SaysKnown(message)) && !(_plan.IsSynchronous && SaysLate(message))) Fail(answer.Id, message);
            }
            else if (!isSend) End(answer.Id, Outcome.Answered);
            else if (_plan.IsSynchronous) End(answer.Id, answer.HasStatusOne ? Outcome.Committed : Outcome.Reverted);
        }
        for (int i = 0; i < _groupSize; i++)
            if (_isPending[i] && _plan.Operations[_group[i]].Kind != OperationKind.Send) Fail(i, "a read was not answered");
    }

    /// <summary>The node refused the request as a whole.</summary>
    private void FailAll(string reason)
    {
        for (int i = 0; i < _groupSize; i++)
            if (_isPending[i]) Fail(i, reason);
    }

    private void FailLate(string reason)
    {
        for (int i = 0; i < _groupSize; i++)
            if (_isPending[i] && Stopwatch.GetElapsedTime(_started[i]) > ReceiptDeadline) Fail(i, reason);
    }

    private async ValueTask<ReadOnlyMemory<byte>> ExchangeAsync(CancellationToken cancellation)
    {
        if (!_deadline.TryReset()) _deadline = new CancellationTokenSource();
        _deadline.CancelAfter(ExchangeDeadline);
        try
        {
            return await _connection.ExchangeAsync(_deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException("no answer within 30 seconds");
        }
    }

    /// <summary>Opens the connection again, with pauses, until the group's deadline. Sending again is safe: a transaction executes once.</summary>
    private async ValueTask RestoreAsync(IOException broken, CancellationToken cancellation)
    {
        for (int wait = FirstWaitMs; _pending > 0; wait = Math.Min(wait * 2, LongestRestoreWaitMs))
        {
            await Task.Delay(wait, cancellation);
            FailLate(broken.Message);
            try
            {
                await _connection.ConnectAsync(cancellation);
                return;
            }
            catch (IOException silent)
            {
                broken = silent;
            }
        }
    }

    private bool IsPending(int id) => (uint)id < (uint)_groupSize && _isPending[id];

    private int SenderOf(int position) => _plan.Transactions.SenderOf(_plan.Operations[_group[position]].Subject);

    private void End(int position, Outcome outcome)
    {
        _results.End(_group[position], outcome, _started[position]);
        _isPending[position] = false;
        Interlocked.Decrement(ref _pending);
    }

    private void Fail(int position, string reason)
    {
        if (_plan.Operations[_group[position]].Kind == OperationKind.Send) _stuckSenders.Add(SenderOf(position));
        _results.Fail(_group[position], reason, _started[position]);
        _isPending[position] = false;
        Interlocked.Decrement(ref _pending);
    }

    /// <summary>EIP-7966: taken, and not committed within the node's patience; its receipt will come.</summary>
    private static bool SaysLate(string message) => message.Contains("added to the transaction pool", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first sending arrived before its connection broke: nodes say so in these words.</summary>
    private static bool SaysKnown(string message) =>
        message.Contains("already known", StringComparison.OrdinalIgnoreCase)
        || message.Contains("already imported", StringComparison.OrdinalIgnoreCase)
        || message.Contains("nonce too low", StringComparison.OrdinalIgnoreCase);
}
