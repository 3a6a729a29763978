using System.Collections.Concurrent;

namespace Coco.Worker;

/// <summary>
/// Threads for calls that execute or search, one for each processor: none of it waits in the runtime's pool, where the rest of the node goes on,
/// and that interrupts them (<see cref="ThreadRank"/>). First come, first served: who has much to do comes with one piece after the other.
/// </summary>
internal sealed class CallThreads : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> _waiting = [];

    public CallThreads()
    {
        for (int i = 0; i < MaximumConcurrencyLevel; i++) new Thread(Run) { IsBackground = true, Name = "calls" }.Start();
    }

    public override int MaximumConcurrencyLevel { get; } = Environment.ProcessorCount;

    /// <summary>What waits is still done.</summary>
    public void Dispose() => _waiting.CompleteAdding();

    protected override void QueueTask(Task task)
    {
        try
        {
            _waiting.Add(task);
        }
        catch (InvalidOperationException)
        {
            // The node has ended; nobody waits.
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _waiting;

    private void Run()
    {
        ThreadRank.Lower(niceness: 0);
        foreach (Task task in _waiting.GetConsumingEnumerable()) TryExecuteTask(task);
    }
}
