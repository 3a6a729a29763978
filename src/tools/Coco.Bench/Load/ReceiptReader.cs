using System.Diagnostics;
using System.Threading.Channels;

namespace Coco.Bench;

/// <summary>A sent transaction whose receipt is wanted: the place in its connection's group, and whom to tell.</summary>
/// <param name="Asked">When it was asked for first (<see cref="Stopwatch.GetTimestamp"/>).</param>
internal readonly record struct ReceiptQuestion(ConnectionLoad Owner, int Position, int Transaction, long Asked);

/// <summary>
/// Reads the receipts of everything that was sent to one node, over a connection of its own: each request asks for all those that
/// are missing, as programs with many transactions under way do. A connection goes on when its receipts were read.
/// </summary>
internal sealed class ReceiptReader(LoadPlan plan, IRpcConnection connection)
{
    private const int FirstWaitMs = 1;
    private const int LongestWaitMs = 16;

    /// <summary>Receipts in one request; nodes take at least so many calls.</summary>
    private const int MostInRequest = 200;

    /// <summary>Without a receipt for so long a transaction is sent again, as wallets do: the node that held it may have been killed.</summary>
    private static readonly TimeSpan SendAgainAfter = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ExchangeDeadline = TimeSpan.FromSeconds(30);

    private readonly Channel<ReceiptQuestion> _asked = Channel.CreateUnbounded<ReceiptQuestion>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });
    private readonly List<ReceiptQuestion> _missing = [];

    public void Ask(in ReceiptQuestion question) => _asked.Writer.TryWrite(question);

    /// <summary>No more questions will come.</summary>
    public void Complete() => _asked.Writer.TryComplete();

    public async Task RunAsync(CancellationToken cancellation)
    {
        int wait = FirstWaitMs;
        while (_missing.Count > 0 || await _asked.Reader.WaitToReadAsync(cancellation))
        {
            while (_asked.Reader.TryRead(out ReceiptQuestion question)) _missing.Add(question);
            bool hasRead = await TryReadAsync(cancellation);
            GiveBack();
            wait = hasRead ? FirstWaitMs : Math.Min(wait * 2, LongestWaitMs);
            if (!hasRead && _missing.Count > 0) await Task.Delay(wait, cancellation);
        }
    }

    /// <summary>Asks for what is missing; false when nothing of it came.</summary>
    private async ValueTask<bool> TryReadAsync(CancellationToken cancellation)
    {
        int count = WriteRequest();
        if (count == 0) return false;
        try
        {
            using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            deadline.CancelAfter(ExchangeDeadline);
            return ReadAnswers((await connection.ExchangeAsync(deadline.Token)).Span, count);
        }
        catch (Exception broken) when (broken is IOException || (broken is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            await RestoreAsync(cancellation);
            return false;
        }
    }

    private int WriteRequest()
    {
        RequestBuffer request = connection.Request;
        request.Clear();
        int count = Math.Min(_missing.Count, MostInRequest);
        if (count > 1) request.Append("["u8);
        for (int i = 0; i < count; i++)
        {
            if (i > 0) request.Append(","u8);
            plan.WriteReceiptCall(request, _missing[i].Transaction, i);
        }
        if (count > 1) request.Append("]"u8);
        return count;
    }

    /// <summary>Owners are told after the list is whole again: what they send next may come back here at once.</summary>
    private bool ReadAnswers(ReadOnlySpan<byte> body, int count)
    {
        List<(ReceiptQuestion Question, Outcome Outcome, string? Error)> read = [];
        var isRead = new bool[count];
        RpcAnswerReader reader = new(body);
        while (reader.TryRead(out RpcAnswer answer))
        {
            if ((uint)answer.Id >= (uint)count || answer.IsNull || isRead[answer.Id]) continue;
            isRead[answer.Id] = true;
            Outcome outcome = answer.IsError ? Outcome.Failed : answer.HasStatusOne ? Outcome.Committed : Outcome.Reverted;
            read.Add((_missing[answer.Id], outcome, answer.IsError ? answer.ErrorMessage() : null));
        }
        KeepMissing(isRead);
        foreach ((ReceiptQuestion question, Outcome outcome, string? error) in read) question.Owner.OnReceipt(question.Position, outcome, error);
        return read.Count > 0;
    }

    /// <summary>Those that were not asked for this time come first next time.</summary>
    private void KeepMissing(bool[] isRead)
    {
        List<ReceiptQuestion> later = [.. _missing.Skip(isRead.Length)];
        for (int i = 0; i < isRead.Length; i++)
            if (!isRead[i]) later.Add(_missing[i]);
        _missing.Clear();
        _missing.AddRange(later);
    }

    /// <summary>What has been missing for long goes back to its owner, who sends it again.</summary>
    private void GiveBack()
    {
        for (int i = _missing.Count - 1; i >= 0; i--)
        {
            ReceiptQuestion question = _missing[i];
            if (Stopwatch.GetElapsedTime(question.Asked) < SendAgainAfter) continue;
            _missing.RemoveAt(i);
            question.Owner.OnNoReceipt();
        }
    }

    private async ValueTask RestoreAsync(CancellationToken cancellation)
    {
        try
        {
            await connection.ConnectAsync(cancellation);
        }
        catch (IOException)
        {
            // Tried again with the next request; the owners of what is missing wait no longer than they want.
        }
    }
}
