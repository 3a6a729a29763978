namespace Coco.Ledgers.Ethereum.JsonRpc;

internal enum SubscriptionKind : byte
{
    NewHeads,
    Logs,
    Transactions,

    /// <summary>Nothing is ever told: a VN that is catching up serves no clients.</summary>
    Syncing,
}

/// <summary>One subscription of a WebSocket client.</summary>
internal sealed class Subscription(StreamSession session, string id, SubscriptionKind kind, LogFilter? filter, bool isFull)
{
    public StreamSession Session { get; } = session;
    public string Id { get; } = id;
    public SubscriptionKind Kind { get; } = kind;
    public LogFilter? Filter { get; } = filter;
    public bool IsFull { get; } = isFull;

    /// <summary>The first block that is told.</summary>
    public ulong From { get; set; }

    /// <summary>Set once, by whoever ends it; then nothing more is sent.</summary>
    public volatile bool IsEnded;
}
