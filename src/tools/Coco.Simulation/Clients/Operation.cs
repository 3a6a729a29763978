using Coco.Ledgers.KeyValue;
using Coco.Primitives;

namespace Coco.Simulation.Clients;

/// <summary>One operation of a client, as the client saw it. Times in virtual microseconds.</summary>
internal sealed class Operation
{
    public required int Client { get; init; }
    public required string Key { get; init; }
    public required long InvokedAt { get; init; }

    /// <summary>Null: a read.</summary>
    public KeyValueOperation? Kind { get; init; }
    public Hash256 Id { get; init; }
    public byte[] Request { get; init; } = [];
    public string? Expected { get; init; }
    public string? Value { get; init; }
    public bool IsLinearizable { get; init; } = true;

    /// <summary>When its client knew what came of it; null: never.</summary>
    public long? CompletedAt { get; set; }

    /// <summary>Null where the client only knows that it was executed.</summary>
    public bool? IsApplied { get; set; }
    public string? ReadValue { get; set; }
    public BatchNumber? Version { get; set; }
}
