namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Completes for all who wait whenever a block is applied.</summary>
internal sealed class BlockSignal
{
    private TaskCompletionSource _next = Make();

    /// <summary>Take it before looking at the chain, then wait for it: so no block is missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Raise() => Interlocked.Exchange(ref _next, Make()).TrySetResult();

    /// <summary>Those who wait must not run on the executor's thread.</summary>
    private static TaskCompletionSource Make() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
