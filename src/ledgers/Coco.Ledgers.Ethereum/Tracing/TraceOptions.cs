using System.Text.Json;

namespace Coco.Ledgers.Ethereum.Tracing;

/// <summary>How a debug_trace* question wants its answer.</summary>
internal sealed record TraceOptions
{
    /// <summary>Null: the struct logger.</summary>
    public string? Tracer { get; init; }
    public JsonElement? TracerConfig { get; init; }
    public ulong? TimeoutMs { get; init; }
    public StructLogOptions StructLog { get; init; } = new();

    /// <summary>Only of debug_traceCall, as the next two.</summary>
    public StateOverrides? StateOverrides { get; init; }
    public BlockOverrides? BlockOverrides { get; init; }

    /// <summary>The call runs before the transaction with this place in its block; null: after the block.</summary>
    public ulong? TransactionIndex { get; init; }
}
