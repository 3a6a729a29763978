using System.Buffers;

namespace Coco.Ledgers;

/// <summary>A ledger's own client protocol. The worker's front owns sockets and TLS; the protocol sees whole messages.</summary>
public interface IClientProtocol
{
    /// <summary>
    /// One HTTP exchange: reads the body, writes the answer's body, returns status and content type. Called on a thread that reads
    /// for many connections: what takes more than some ten microseconds goes on elsewhere first.
    /// </summary>
    ValueTask<HttpAnswer> HandleAsync(HttpQuestion question, IBufferWriter<byte> answer, CancellationToken cancellation);

    /// <summary>A WebSocket opened. The protocol handles one message at a time and may push by <see cref="IClientStream.SendAsync"/>.</summary>
    IStreamHandler Open(IClientStream stream);
}

/// <param name="Path">With a leading slash, without the query.</param>
/// <param name="Query">Without the question mark.</param>
public sealed record HttpQuestion(string Method, string Path, string Query, ReadOnlyMemory<byte> Body, Caller Caller)
{
    /// <summary>The value of a request header, or null.</summary>
    public Func<string, string?> Header { get; init; } = static _ => null;
}

public readonly record struct HttpAnswer(int Status, string ContentType);

/// <summary>The client's side of an open WebSocket.</summary>
public interface IClientStream
{
    Caller Caller { get; }

    /// <summary>Queues one text message; sent in order. A client that reads too slowly is disconnected.</summary>
    void Send(ReadOnlyMemory<byte> message);

    /// <summary>A message of so many bytes is answered, or never will be; once for each that the handler was given. Too many that are not stop the reading.</summary>
    void Answered(int bytes);
}

public interface IStreamHandler : IDisposable
{
    /// <summary>One text message from the client; what must be answered is sent through the stream.</summary>
    ValueTask HandleAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation);
}
