namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Bounds of the protocol; where geth has one, it is the same.</summary>
internal static class RpcLimits
{
    /// <summary>Requests in a batch.</summary>
    public const int BatchRequests = 1_000;

    /// <summary>A batch with more transactions is bulk: the many of one client wait for the few of others.</summary>
    public const int SmallBatch = 16;

    /// <summary>Transactions of a batch that are looked at before another batch takes its turn: some milliseconds of signatures.</summary>
    public const int BatchTurn = 100;

    /// <summary>Calls that execute or search, and batches of many calls, that wait for their turn; each has a connection and is bounded with it.</summary>
    public const int WaitingTurns = 4_096;

    /// <summary>Bytes of the answers of one batch.</summary>
    public const int BatchAnswerBytes = 25_000_000;

    /// <summary>Milliseconds from a batch's arrival until no further call of it is begun, as geth's server writes an answer for so long.</summary>
    public const ulong BatchMs = 30_000;

    /// <summary>How deep a request may be nested; the deepest that a method takes is 6.</summary>
    public const int Depth = 32;

    /// <summary>Longest name of a method that is looked up; all are shorter.</summary>
    public const int MethodName = 64;

    /// <summary>Logs in one answer: some 5 MB.</summary>
    public const int Logs = 10_000;

    /// <summary>Addresses in a filter, and alternatives for one topic.</summary>
    public const int FilterAlternatives = 1_000;

    /// <summary>Topics of a log (yellow paper, LOG0 to LOG4).</summary>
    public const int Topics = 4;

    /// <summary>Filters of all clients that are polled over HTTP.</summary>
    public const int Filters = 10_000;

    /// <summary>A filter that nobody polled for so long is gone, in milliseconds.</summary>
    public const ulong FilterLifeMs = 5 * 60 * 1_000;

    /// <summary>Blocks or hashes in one answer to a poll; what is left comes with the next.</summary>
    public const int FilterItems = 10_000;

    /// <summary>Subscriptions of one WebSocket client.</summary>
    public const int SubscriptionsOfOneClient = 256;

    /// <summary>Requests of one WebSocket client that are under way; more wait unread.</summary>
    public const int StreamRequests = 1_000;

    /// <summary>Blocks in one fee history.</summary>
    public const ulong FeeHistoryBlocks = 1_024;

    /// <summary>Percentiles in one fee history.</summary>
    public const int FeeHistoryPercentiles = 100;

    /// <summary>How long eth_sendRawTransactionSync waits if the client does not say, and at most; milliseconds.</summary>
    public const ulong SyncDefaultMs = 20_000;
    public const ulong SyncMostMs = 60_000;

    /// <summary>Slots in one proof or one eth_getStorageValues.</summary>
    public const int Slots = 1_024;

    /// <summary>Rounds of finding an access list: each may show new entries.</summary>
    public const int AccessListRounds = 16;

    /// <summary>How long a trace may run if the client does not say, as in geth, and at most; milliseconds.</summary>
    public const ulong TraceDefaultMs = 5_000;
    public const ulong TraceMostMs = 60_000;

    /// <summary>Bytes of a trace that are kept for the answer: struct logs of a full block would be gigabytes.</summary>
    public const long TraceBytes = 64 << 20;

    /// <summary>Blocks that one trace_filter executes again.</summary>
    public const ulong TracedBlocks = 100;

    /// <summary>Traces in one answer.</summary>
    public const ulong Traces = 10_000;

    /// <summary>Calls in one trace_callMany.</summary>
    public const int TracedCalls = 256;

    /// <summary>Blocks in one simulation with those that fill gaps, as in geth.</summary>
    public const int SimulatedBlocks = 256;

    /// <summary>Slots that the blocks of one simulation change together: each block's root takes time in which no block is sealed.</summary>
    public const int SimulatedSlots = 100_000;
}
