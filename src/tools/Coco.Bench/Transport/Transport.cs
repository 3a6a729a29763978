namespace Coco.Bench;

/// <summary>How the generator reaches a network's nodes. A foreign target's URL says it itself.</summary>
public enum Transport
{
    Https,

    /// <summary>The plain endpoint on the loopback interface that development networks have.</summary>
    Http,

    /// <summary>WebSocket over TLS.</summary>
    Ws,
}
