using System.Collections.Concurrent;
using System.Diagnostics;
using Coco.Executor;
using Coco.Ledgers;

namespace Coco.Worker;

/// <summary>Between the clients' threads and the executor's.</summary>
internal sealed class Submitter(Func<ExecutorLoop> loop) : ISubmitter
{
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<Submission>> _tickets = new();
    private ulong _last;
    private int _underWay;

    public async ValueTask<Submission> SubmitAsync(AdmittedTransaction transaction, CancellationToken cancellation)
    {
        using Activity? activity = WorkerMetrics.Activities.StartActivity("submit");
        long begun = Stopwatch.GetTimestamp();
        if (Interlocked.Increment(ref _underWay) > Limits.MaxSubmissions)
        {
            Interlocked.Decrement(ref _underWay);
            return new Submission(SubmissionState.Busy, null);
        }
        ulong ticket = Interlocked.Increment(ref _last);
        var done = new TaskCompletionSource<Submission>(TaskCreationOptions.RunContinuationsAsynchronously);
        _tickets[ticket] = done;
        loop().PostPatiently(new SubmittedInput(ticket, transaction));
        try
        {
            await using CancellationTokenRegistration gone = cancellation.UnsafeRegister(
                static (waiting, token) => ((TaskCompletionSource<Submission>)waiting!).TrySetCanceled(token), done);
            return await done.Task;
        }
        finally
        {
            _tickets.TryRemove(ticket, out _);
            Interlocked.Decrement(ref _underWay);
            WorkerMetrics.Submission.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
    }

    public void Complete(CompleteEffect effect)
    {
        if (_tickets.TryRemove(effect.Ticket, out TaskCompletionSource<Submission>? done)) done.TrySetResult(effect.Submission);
    }

    public async ValueTask<T> QueryPoolAsync<T>(Func<ITransactionPool, T> query, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop().Post(executor =>
        {
            try
            {
                done.TrySetResult(query(executor.Pool));
            }
            catch (Exception exception) when (exception is not Primitives.InvariantException)
            {
                done.TrySetException(exception);
            }
        });
        return await done.Task.WaitAsync(cancellation);
    }
}
