namespace Coco.Executor;

/// <summary>What the constitution and the machine say about batches; times in milliseconds.</summary>
public sealed record ExecutorSettings
{
    /// <summary>Transactions in one batch at most (constitution).</summary>
    public int MaxBatchTransactions { get; init; } = 10_000;

    /// <summary>
    /// Bytes of requests in one batch (constitution), of which its writes and results may be a multiple: an entry is sent, written and hashed as
    /// a whole, and consensus' own messages wait behind it. A transaction that alone has more goes alone.
    /// </summary>
    public long MaxBatchBytes { get; init; } = 1 << 20;

    /// <summary>Batches executed and not yet committed at most: the executor does not wait for the one before (CON-4).</summary>
    public int MaxPipelineDepth { get; init; } = 4;

    /// <summary>
    /// While a batch is on its way, the next one starts only with this many transactions: each batch costs a signature, an fsync
    /// and a message per VN, and waiting for the batch before costs one round trip.
    /// </summary>
    public int MinPipelinedTransactions { get; init; } = 48;

    /// <summary>
    /// Under load the next batch waits until this long after the one before, unless as many transactions wait as that one had, or
    /// enough for a pipelined one; so batches grow with the load (CON-4). In milliseconds.
    /// </summary>
    public ulong BatchIntervalMs { get; init; } = 8;

    /// <summary>
    /// Between two messages to the leader, so that one carries what many clients sent: each crosses two boundaries and a link. In
    /// milliseconds; what comes alone does not wait.
    /// </summary>
    public ulong ForwardIntervalMs { get; init; } = 3;

    /// <summary>After a batch with fewer transactions than this there is no load, and the next one is formed at once.</summary>
    public int LoadTransactions { get; init; } = 4;

    /// <summary>A client waits this long for a commit; then it gets its hash and the transaction is held.</summary>
    public ulong HoldMs { get; init; } = 2_000;

    public int ConfirmationBatches { get; init; } = 5;
    public ulong ConfirmationIntervalMs { get; init; } = 200;
}
