using System.Collections.Concurrent;

namespace Coco.Worker;

/// <summary>Questions to the manager that wait for an answer, by number; bounded, each with a deadline.</summary>
internal sealed class Questions<TAnswer>(TAnswer none, TimeProvider time)
{
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<TAnswer>> _open = new();
    private ulong _last;

    /// <summary>Asks by <paramref name="ask"/> and waits; <c>none</c> when too many are open or no answer came in time.</summary>
    public async ValueTask<TAnswer> AskAsync(Action<ulong> ask, CancellationToken cancellation)
    {
        if (_open.Count >= Limits.MaxQuestions) return none;
        ulong number = Interlocked.Increment(ref _last);
        var answer = new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[number] = answer;
        try
        {
            ask(number);
            return await answer.Task.WaitAsync(TimeSpan.FromMilliseconds(Limits.QuestionMs), time, cancellation);
        }
        catch (TimeoutException)
        {
            return none;
        }
        finally
        {
            _open.TryRemove(number, out _);
        }
    }

    public void Answer(ulong number, TAnswer answer)
    {
        if (_open.TryRemove(number, out TaskCompletionSource<TAnswer>? waiting)) waiting.TrySetResult(answer);
    }
}
