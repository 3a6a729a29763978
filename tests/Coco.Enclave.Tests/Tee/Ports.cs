using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Coco.Enclave.Tests.Tee;

internal static class Ports
{
    /// <summary>Below those that systems give to outgoing connections, of which other tests make many.</summary>
    private const int First = 12_000;
    private const int End = 32_000;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port of the loopback interface that was free a moment ago, and that no other test gets.</summary>
    public static int Free()
    {
        while (true)
        {
            int port = Random.Shared.Next(First, End);
            if (IsFree(port) && Given.TryAdd(port, true)) return port;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
