using System.Net.Sockets;

namespace Coco.Manager.Peers;

/// <summary>
/// How the connections of links are set. A network that drops packets ends no connection: TCP sends what was not acknowledged again after
/// ever longer pauses, so that after a long partition a link would be silent for as long again. Here it ends, and a new one is made.
/// </summary>
internal static class PeerSocket
{
    // linux/in.h, linux/tcp.h
    private const int TcpLevel = 6;
    private const int UserTimeout = 18;

    public static void Set(Socket socket)
    {
        socket.NoDelay = true;
        // Followers say nothing to each other: what is idle is asked whether it is there.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Limits.LinkQuestionSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Limits.LinkQuestionSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Limits.SilentLinkMs / 1_000 / Limits.LinkQuestionSeconds);
        if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(TcpLevel, UserTimeout, BitConverter.GetBytes(Limits.SilentLinkMs));
    }
}
