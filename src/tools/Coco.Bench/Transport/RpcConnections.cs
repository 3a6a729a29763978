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

    /// <summary>
    /// Lets socket completions run on the thread that polls them. The generator's exchanges are short and never block, so one
    /// thread serves all connections without handing work over. Takes effect only before the process opens its first socket.
    /// </summary>
    public static void ServeFromOneThread()
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1");
    }
}
