using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers;

/// <summary>What the worker offers to a ledger's protocol; all of it may be called from any thread.</summary>
public sealed record LedgerServices(
    ISubmitter Submitter, IHistory History, ICommittedState State, IAccess Access, INodeFacts Node)
{
    /// <summary>What <see cref="ILedger.Index"/> said.</summary>
    public ILedgerIndex Index { get; init; } = NoIndex.Instance;

    /// <summary>For messages with many transactions.</summary>
    public IComputations Bulk { get; init; } = ComputedAtOnce.Instance;

    /// <summary>For calls that execute or search, and may take long: a few threads, in the order of coming.</summary>
    public TaskScheduler Calls { get; init; } = TaskScheduler.Default;
}

/// <summary>The way of a transaction to the leader and back.</summary>
public interface ISubmitter
{
    /// <summary>
    /// Completes when the transaction is committed and visible on this VN, or refused, or when it is only held (its nonce is not
    /// next, or it was not committed within the time that the constitution sets: 2 s); a held one is sent again to each new leader.
    /// </summary>
    ValueTask<Submission> SubmitAsync(AdmittedTransaction transaction, CancellationToken cancellation);

    /// <summary>Asks the pool on the executor's thread.</summary>
    ValueTask<T> QueryPoolAsync<T>(Func<ITransactionPool, T> query, CancellationToken cancellation);
}

public enum SubmissionState : byte
{
    Committed,
    Held,
    Refused,

    /// <summary>Too many are on their way, and nothing was done about this one.</summary>
    Busy,
}

public readonly record struct Submission(SubmissionState State, Refusal? Refusal);

/// <summary>Committed batches of any age; old ones are read back through the manager, which checks and decrypts them.</summary>
public interface IHistory
{
    /// <summary>
    /// The record of a committed batch and its entry's index; null where there is none. Throws <see cref="HistoryUnavailableException"/> where
    /// there is one that can't be read now.
    /// </summary>
    ValueTask<AppliedBatch?> ReadAsync(BatchNumber number, CancellationToken cancellation);
}

/// <summary>Committed snapshots of this VN, never going back.</summary>
public interface ICommittedState
{
    /// <summary>The newest committed version; dispose it soon, since it holds memory back.</summary>
    ICommittedView Open();

    /// <summary>The state after an older batch; null where it is not kept.</summary>
    ICommittedView? Open(BatchNumber version) => null;

    /// <summary>Completes when the commit index of a linearizable read (CON-7) is visible here; false when no leader can say.</summary>
    ValueTask<bool> WaitLinearizableAsync(CancellationToken cancellation);
}

public interface ICommittedView : IReadView, IDisposable
{
    BatchNumber Version { get; }
}

/// <summary>What a protocol may tell of its node.</summary>
public interface INodeFacts
{
    /// <summary>VNs of the network, this one included.</summary>
    int NodeCount { get; }

    /// <summary>This VN is still catching up.</summary>
    bool IsSyncing { get; }

    /// <summary>Wall-clock time in milliseconds.</summary>
    ulong UnixMs { get; }
}
