using System.Collections.Concurrent;
using Coco.Boundary;
using Coco.Ledgers;

namespace Coco.Worker;

/// <summary>
/// Threads for what many transactions in one message cost before they are submitted, one for each processor. The system lets all others go first:
/// what has been taken on is ordered, committed and answered before more is. They hand nothing to the runtime's pool themselves, since a thread
/// that it then starts would be behind the others for good: one thread of usual rank says what they have found.
/// </summary>
internal sealed class BulkThreads : IComputations, IDisposable
{
    /// <summary>Of a processor that one other thread wants as well, ten steps leave a tenth.</summary>
    public const int Niceness = 10;

    private readonly BlockingCollection<Action> _waiting = [];
    private readonly Inbox<Action> _found = new();
    private int _computing = Environment.ProcessorCount;

    public BulkThreads()
    {
        for (int i = 0; i < _computing; i++) new Thread(Compute) { IsBackground = true, Name = "bulk" }.Start();
        new Thread(Tell) { IsBackground = true, Name = "bulk found" }.Start();
    }

    public int Waiting => _waiting.Count;

    public Task<T> RunAsync<T>(Func<T> computation)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _waiting.Add(() => Compute(computation, done));
        }
        catch (InvalidOperationException)
        {
            done.SetCanceled(); // the node has ended
        }
        return done.Task;
    }

    /// <summary>What waits is still done.</summary>
    public void Dispose() => _waiting.CompleteAdding();

    private void Compute<T>(Func<T> computation, TaskCompletionSource<T> done)
    {
        try
        {
            T found = computation();
            _found.Post(() => done.SetResult(found));
        }
        catch (Exception exception)
        {
            _found.Post(() => done.SetException(exception));
        }
    }

    private void Compute()
    {
        ThreadRank.Lower(Niceness);
        foreach (Action computation in _waiting.GetConsumingEnumerable()) computation();
        if (Interlocked.Decrement(ref _computing) == 0) _found.Post(_found.Close); // the others have posted what they found
    }

    private void Tell()
    {
        while (!_found.IsClosed)
        {
            while (_found.TryTake(out Action? tell)) tell();
            _found.Sleep(Timeout.Infinite);
        }
        while (_found.TryTake(out Action? tell)) tell();
    }
}
