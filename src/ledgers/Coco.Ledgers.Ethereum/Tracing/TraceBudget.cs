using Coco.Ledgers.Ethereum.JsonRpc;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>What one question may use of time and memory. Where it is used up, the run is left by an exception: a tracer has no other way to end it.</summary>
internal sealed class TraceBudget(INodeFacts clock, ulong timeoutMs, long bytes)
{
    private const int TicksPerLook = 1 << 12;

    private readonly ulong _end = clock.UnixMs + timeoutMs;
    private long _bytes = bytes;
    private int _ticks;

    /// <summary>Some step; looks at the clock now and then.</summary>
    public void Tick()
    {
        if (++_ticks % TicksPerLook == 0) CheckTime();
    }

    public void CheckTime()
    {
        if (clock.UnixMs > _end) throw new TraceStoppedException(RpcError.Of("execution timeout"));
    }

    /// <summary>Something is kept for the answer.</summary>
    public void Keep(long count)
    {
        if ((_bytes -= count) < 0) throw new TraceStoppedException(RpcError.AnswerTooLarge);
    }
}

/// <summary>A run was left because its budget is used up.</summary>
internal sealed class TraceStoppedException(RpcError error) : Exception(error.Message)
{
    public RpcError Error { get; } = error;
}
