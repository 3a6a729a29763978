namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Calls that execute or search, in the order of their coming, on threads of <see cref="LedgerServices"/>. Any thread.</summary>
internal sealed class Turns(TaskScheduler threads)
{
    private int _waiting;

    /// <summary>Calls that run at the same time.</summary>
    public int Width => threads.MaximumConcurrencyLevel;

    /// <summary>So many wait that who comes new is refused.</summary>
    public bool IsFull => Volatile.Read(ref _waiting) >= RpcLimits.WaitingTurns;

    /// <summary>Runs a call when its turn has come; what it does after it has waited for something is done in another turn.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        Interlocked.Increment(ref _waiting);
        return Task.Factory.StartNew(
            () =>
            {
                Interlocked.Decrement(ref _waiting);
                return call();
            },
            CancellationToken.None, TaskCreationOptions.DenyChildAttach, threads).Unwrap();
    }
}
