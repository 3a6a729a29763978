namespace Coco.Bench;

/// <summary>One JSON-RPC connection with at most one exchange at a time.</summary>
public interface IRpcConnection : IAsyncDisposable
{
    /// <summary>The body of the next request; clear it before writing.</summary>
    RequestBuffer Request { get; }

    /// <summary>Opens the connection, or opens it again after an exchange failed. Throws IOException when nobody answers.</summary>
    ValueTask ConnectAsync(CancellationToken cancellation);

    /// <summary>
    /// Sends <see cref="Request"/> and returns the body of the answer, valid until the next exchange. Throws IOException when the
    /// connection broke or the answer is not one; then the connection must be opened again.
    /// </summary>
    ValueTask<ReadOnlyMemory<byte>> ExchangeAsync(CancellationToken cancellation);
}
