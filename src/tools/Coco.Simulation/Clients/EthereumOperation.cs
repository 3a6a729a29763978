using Coco.Primitives;

namespace Coco.Simulation.Clients;

/// <summary>A transaction of a client, as the client saw it. Times in virtual microseconds.</summary>
internal sealed class EthereumOperation
{
    public required int Client { get; init; }
    public required Hash256 Hash { get; init; }
    public required long InvokedAt { get; init; }

    /// <summary>When its client knew that it was executed; null: never.</summary>
    public long? CompletedAt { get; set; }
}
