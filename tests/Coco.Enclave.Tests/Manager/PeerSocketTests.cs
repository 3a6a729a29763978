using System.Net.Sockets;
using Coco.Manager.Peers;

namespace Coco.Enclave.Tests.Manager;

/// <summary>What a link asks of TCP.</summary>
public sealed class PeerSocketTests
{
    [Fact]
    public void A_link_whose_other_end_is_silent_ends_after_seconds()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        PeerSocket.Set(socket);
        Assert.True(socket.NoDelay);
        Assert.NotEqual(0, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!);
        int idle = (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!;
        int between = (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval)!;
        int times = (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount)!;
        Assert.InRange(idle + (between * times), 1, 5);
        if (!OperatingSystem.IsLinux()) return;
        byte[] limit = new byte[sizeof(int)];
        socket.GetRawSocketOption(6, 18, limit); // TCP_USER_TIMEOUT, in milliseconds
        Assert.InRange(BitConverter.ToInt32(limit), 1_000, 5_000);
    }
}
