using Coco.Primitives;

namespace Coco.Executor;

/// <summary>
/// How many transactions may be executed in one go. Whoever comes meanwhile waits as long, however short its VN's queue, so the number
/// is what fits into <see cref="Limits.BatchTargetMs"/>, learned from the time that the last ones took.
/// </summary>
internal sealed class BatchSize
{
    private Tick _since;
    private int _formed;
    private int _limit = Limits.FirstBatchTransactions;

    /// <summary>What may still be executed before other inputs are looked at.</summary>
    public int Left => Math.Max(_limit - _formed, 0);

    public void Formed(Tick now, int transactions)
    {
        if (_formed == 0) _since = now;
        _formed += transactions;
    }

    /// <summary>The clock moves only between two goes.</summary>
    public void OnTime(Tick now)
    {
        bool isFull = _formed >= _limit;
        ulong took = Math.Max(now.Value - _since.Value, 1);
        if (isFull) _limit = (int)Math.Clamp((ulong)_formed * Limits.BatchTargetMs / took, Limits.MinBatchTransactions, Limits.MaxBatchTransactions);
        _formed = 0;
    }
}
