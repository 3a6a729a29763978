using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Coco.Worker.Front;

/// <summary>What clients may take of the application endpoint (docs/operations/overload.md); tests use smaller ones.</summary>
internal sealed record FrontLimits
{
    /// <summary>Open connections.</summary>
    public int Connections { get; init; } = 10_000;

    /// <summary>A connection that has not finished its TLS handshake is closed after this long.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The same for the head of a request once it has begun.</summary>
    public TimeSpan RequestHead { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for one that asks nothing; longer than the pools of common clients keep theirs (half a minute to a minute and a half).</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Who sends a body, or takes an answer, more slowly than this is cut off: what they hold is everybody's memory. A weak mobile link is faster.</summary>
    public MinDataRate Slowest { get; init; } = new(4_096, TimeSpan.FromSeconds(10));

    /// <summary>How long so many bytes may take on their way from or to a client.</summary>
    public TimeSpan TimeFor(long bytes) => Slowest.GracePeriod + TimeSpan.FromSeconds(bytes / Slowest.BytesPerSecond);

    /// <summary>A WebSocket client is asked for a sign of life this often, and is gone when it gives none within as long.</summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>One HTTP request or WebSocket message: a JSON-RPC batch of the largest transactions.</summary>
    public int RequestBytes { get; init; } = 10 << 20;

    /// <summary>Requests under way and answers not yet taken, of all clients together.</summary>
    public long MessageBytes { get; init; } = 256 << 20;

    /// <summary>A message up to this size finds room as long as there is any; a larger one while half is free.</summary>
    public int SmallMessageBytes { get; init; } = 64 << 10;

    /// <summary>Requests of one WebSocket client under way, with the largest one more; it is not read from beyond.</summary>
    public int StreamBytes { get; init; } = 16 << 20;

    /// <summary>
    /// How long the message of a WebSocket client waits for a node that can't serve just then: closing would end all subscriptions, and
    /// common clients wait for ever for what they had asked.
    /// </summary>
    public TimeSpan StreamPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What may wait to be sent to one WebSocket client before it is disconnected as too slow: messages, and their bytes.</summary>
    public int StreamBacklog { get; init; } = 16_384;

    /// <summary>More than the largest answer to a batch.</summary>
    public long StreamBacklogBytes { get; init; } = 32 << 20;
}
