namespace Coco.Executor;

/// <summary>Bounds of the executor's room.</summary>
internal static class Limits
{
    /// <summary>Clients that wait for one and the same transaction; more are answered as held at once.</summary>
    public const int MaxTicketsPerTransaction = 64;

    /// <summary>Transactions for which a client waits; the pool's own limit is the one that refuses.</summary>
    public const int MaxWaiting = 200_000;

    /// <summary>Transactions in one message to the leader, so that no message delays the link for long.</summary>
    public const int MaxForwarded = 2_000;

    /// <summary>The same in bytes of requests.</summary>
    public const int MaxForwardedBytes = 1 << 20;

    /// <summary>The time that one go of execution should take, in milliseconds.</summary>
    public const ulong BatchTargetMs = 10;

    /// <summary>Transactions in the first go, before it is known how long they take; a fifth of a millisecond each would do.</summary>
    public const int FirstBatchTransactions = 256;

    /// <summary>Fewer at once would cost more for signatures and disk writes than for execution.</summary>
    public const int MinBatchTransactions = 64;

    /// <summary>More than any constitution allows in a batch.</summary>
    public const int MaxBatchTransactions = 1 << 20;

    /// <summary>
    /// A transaction that waits is sent to the leader again after this long, in milliseconds, and twice as long each time after: a
    /// commit takes less even under load, and what cannot be executed yet costs little.
    /// </summary>
    public const ulong ForwardAgainMs = 1_000;

    /// <summary>How often the time between two sendings grows: up to a minute.</summary>
    public const int ForwardIntervals = 7;

    /// <summary>The code of a refusal that is not the ledger's own; -32000 is a server error in JSON-RPC 2.0 (5.1).</summary>
    public const int StartingCode = -32000;

    /// <summary>Random values kept for coming batches; asked for again when half are used.</summary>
    public const int RandomValues = 64;
}
