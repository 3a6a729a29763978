using System.Net;
using System.Net.Sockets;

namespace Coco.Supervisor;

/// <summary>The addresses of one node on this machine, counted from the base on.</summary>
public sealed record Ports(int Client, int DevelopmentRpc, int Admin, int Peer)
{
    public static Ports Of(int portBase, int node)
    {
        int first = portBase + (node * Limits.PortsPerNode);
        return first is >= 1 and <= 65_530 ? new Ports(first, first + 1, first + 2, first + 3)
            : throw new SupervisorException($"Node {node + 1} would need port {first}: choose another --port-base.");
    }

    /// <summary>Throws with the port's number when somebody listens on one of them.</summary>
    public void EnsureFree(int portBase)
    {
        foreach (int port in (int[])[Client, DevelopmentRpc, Admin, Peer])
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            }
            catch (SocketException)
            {
                throw new SupervisorException(
                    $"Port {port} is taken by another program. Choose other ports with --port-base (now {portBase}).");
            }
        }
    }

    public static string Local(int port) => $"127.0.0.1:{port}";
}
