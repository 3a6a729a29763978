namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>
/// What the calls of one batch may use together: its answers stay in memory until the last one is there, and a thousand calls of
/// seconds each are one message of a client. Any thread.
/// </summary>
internal sealed class BatchBudget(INodeFacts clock)
{
    private readonly ulong _end = clock.UnixMs + RpcLimits.BatchMs;
    private long _bytes;

    public long BytesLeft => RpcLimits.BatchAnswerBytes - Interlocked.Read(ref _bytes);

    public ulong MsLeft => _end - Math.Min(_end, clock.UnixMs);

    /// <summary>Why the next call is not answered; null: it is.</summary>
    public RpcError? Refusal => BytesLeft <= 0 ? RpcError.AnswerTooLarge : MsLeft == 0 ? RpcError.TimedOut : null;

    public void Take(long bytes) => Interlocked.Add(ref _bytes, bytes);
}
