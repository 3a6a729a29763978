using System.Collections.Concurrent;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// A few threads for questions that wait for the disk in the midst of execution (a past state is read slot by slot), so that those
/// that serve everybody never wait.
/// </summary>
internal static class PatientThreads
{
    private const int Count = 4;

    /// <summary>Questions that may wait for their turn.</summary>
    private const int MaxWaiting = 10_000;

    private static readonly BlockingCollection<Action> Work = new(MaxWaiting);
    private static readonly Lazy<bool> Started = new(Start);

    [ThreadStatic]
    private static bool _isPatient;

    /// <summary>The calling thread may wait.</summary>
    public static bool IsHere => _isPatient;

    /// <summary>Runs a question on such a thread, with all that it awaits. Throws <see cref="HistoryUnavailableException"/> where too many wait.</summary>
    public static Task<T> RunAsync<T>(Func<ValueTask<T>> question)
    {
        if (_isPatient) return question().AsTask();
        _ = Started.Value;
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isTaken = Work.TryAdd(() =>
        {
            try
            {
                done.SetResult(Continuations.Run(question));
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return isTaken ? done.Task : throw new HistoryUnavailableException("too many questions about the past are waiting");
    }

    /// <summary>
    /// Waits for an answer on the calling thread, which is a patient one. What the question awaits goes on elsewhere meanwhile: this
    /// thread can't do it.
    /// </summary>
    public static T Wait<T>(Func<ValueTask<T>> question)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return question().AsTask().GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private static bool Start()
    {
        for (int i = 0; i < Count; i++) new Thread(Run) { IsBackground = true, Name = "patient" }.Start();
        return true;
    }

    private static void Run()
    {
        _isPatient = true;
        foreach (Action action in Work.GetConsumingEnumerable()) action();
    }

    /// <summary>What a question does after it awaited something comes back to its own thread.</summary>
    private sealed class Continuations : SynchronizationContext, IDisposable
    {
        private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _posted = [];

        public static T Run<T>(Func<ValueTask<T>> question)
        {
            using var context = new Continuations();
            SetSynchronizationContext(context);
            try
            {
                Task<T> task = question().AsTask();
                if (task.IsCompleted) return task.GetAwaiter().GetResult();
                task.ContinueWith(_ => context._posted.CompleteAdding(), TaskScheduler.Default);
                foreach ((SendOrPostCallback callback, object? state) in context._posted.GetConsumingEnumerable()) callback(state);
                return task.GetAwaiter().GetResult();
            }
            finally
            {
                SetSynchronizationContext(null);
            }
        }

        public override void Post(SendOrPostCallback callback, object? state) => _posted.Add((callback, state));

        public void Dispose() => _posted.Dispose();
    }
}
