using Coco.Store;

namespace Coco.Ledgers.KeyValue;

/// <summary>The ledger's maps in the store.</summary>
public static class KeyValueMaps
{
    /// <summary>The clients' keys and values.</summary>
    public static MapId Data => new(1);

    /// <summary>Transaction id to <see cref="Outcome"/>, until the request expires.</summary>
    public static MapId Executed => new(2);

    /// <summary>Expiry (big-endian milliseconds) and transaction id, to forget in the order of expiry.</summary>
    public static MapId Expiry => new(3);

    /// <summary>One empty key: the time of the last batch.</summary>
    public static MapId Clock => new(4);

    public static IReadOnlyList<MapDescription> All { get; } =
    [
        new(Data, "data", MapKind.Ordered),
        new(Executed, "executed", MapKind.Hash),
        new(Expiry, "expiry", MapKind.Ordered),
        new(Clock, "clock", MapKind.Hash),
    ];
}
