using System.Net;

namespace Coco.Worker;

/// <summary>Where a worker listens and where its manager is.</summary>
/// <param name="BoundarySocket">Path of the Unix domain socket that the manager listens on.</param>
/// <param name="Application">The client endpoint: HTTPS and WebSocket (NET-4).</param>
/// <param name="Development">Plain HTTP on loopback, for development networks only; null in others.</param>
public sealed record WorkerOptions(string BoundarySocket, IPEndPoint Application, IPEndPoint? Development)
{
    /// <summary>The way to a manager in another TEE, in place of the socket; null: both are in one.</summary>
    public AttestedBoundary? Attested { get; init; }
}
