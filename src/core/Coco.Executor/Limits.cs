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

    /// <summary>
    /// After so many bytes that the leader has not answered none are sent: what the two executors, their managers and the link have in hand, and
    /// what comes behind it has to wait for. 80 MB/s at a distance of 50 ms.
    /// </summary>
    public const long MaxForwardedOnTheWay = 4 << 20;

    /// <summary>Room for what admission found out about a transaction, beside its request.</summary>
    public const int AdmissionBytes = 64;

    /// <summary>Of the text of a refusal that goes back to the VN that forwarded: all of one message stay below a mebibyte.</summary>
    public const int MaxReasonBytes = 400;

    /// <summary>The time that one go of execution should take, in milliseconds.</summary>
    public const ulong BatchTargetMs = 10;

    /// <summary>Transactions in the first go, before it is known how long they take; a fifth of a millisecond each would do.</summary>
    public const int FirstBatchTransactions = 256;

    /// <summary>Fewer at once would cost more for signatures and disk writes than for execution.</summary>
    public const int MinBatchTransactions = 64;

    /// <summary>More than any constitution allows in a batch.</summary>
    public const int MaxBatchTransactions = 1 << 20;

    /// <summary>
    /// The leader is asked about a transaction that waits after this long, in milliseconds, and after twice as long each time: a
    /// commit takes less even under load, and what cannot be executed yet costs little. A message without an answer for so long is lost.
    /// </summary>
    public const ulong ForwardAgainMs = 1_000;

    /// <summary>How often the time between two questions grows: up to a minute.</summary>
    public const int ForwardIntervals = 7;

    /// <summary>The code of a refusal that is not the ledger's own; -32000 is a server error in JSON-RPC 2.0 (5.1).</summary>
    public const int StartingCode = -32000;

    /// <summary>Random values kept for coming batches; asked for again when half are used.</summary>
    public const int RandomValues = 64;
}
