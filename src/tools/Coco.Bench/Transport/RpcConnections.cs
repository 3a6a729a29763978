namespace Coco.Bench;

/// <summary>Chooses the connection that a URL's scheme asks for.</summary>
public static class RpcConnections
{
    public static IRpcConnection Create(Uri target, TlsTrust trust) => target.Scheme switch
    {
        "http" or "https" => new HttpRpcConnection(target, trust),
        "ws" or "wss" => new WebSocketRpcConnection(target, trust),
        _ => throw new BenchFailureException(BenchFailureKind.Usage, $"{target} is not an http, https, ws or wss URL."),
    };
}
