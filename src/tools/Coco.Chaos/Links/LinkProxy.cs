using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Coco.Chaos;

/// <summary>
/// Carries the connections that one node opens to another: what the host of a node can do to its links. A direction that is cut
/// holds what is sent, as a network does that loses all packets; neither end sees the connection close.
/// </summary>
internal sealed class LinkProxy : IDisposable
{
    private const int BufferBytes = 64 << 10;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _target;
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private volatile bool _isStopped;

    public LinkProxy(string from, string to, IPEndPoint target)
    {
        (From, To, _target) = (from, to, target);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
        _ = AcceptAsync();
    }

    /// <summary>The node that connects.</summary>
    public string From { get; }
    public string To { get; }

    public string Address => _listener.LocalEndPoint!.ToString()!;

    /// <summary>Nothing passes from the node that connects to the other.</summary>
    public volatile bool IsCutForward;

    /// <summary>Nothing passes back.</summary>
    public volatile bool IsCutBackward;

    /// <summary>How long everything is held, in milliseconds.</summary>
    public volatile int DelayMs;

    public void Dispose()
    {
        _isStopped = true;
        _listener.Dispose();
        foreach (Socket socket in _open.Keys) socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_isStopped)
        {
            try
            {
                Socket inbound = await _listener.AcceptAsync();
                _ = CarryAsync(inbound);
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                if (_isStopped) return;
            }
        }
    }

    private async Task CarryAsync(Socket inbound)
    {
        Socket outbound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        inbound.NoDelay = true;
        (_open[inbound], _open[outbound]) = (0, 0);
        try
        {
            while ((IsCutForward || IsCutBackward) && !_isStopped) await Task.Delay(LookAgain); // no handshake through a cut link
            await outbound.ConnectAsync(_target);
            await Task.WhenAny(PumpAsync(inbound, outbound, () => IsCutForward), PumpAsync(outbound, inbound, () => IsCutBackward));
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // One end is gone: so is the connection.
        }
        foreach (Socket socket in (Socket[])[inbound, outbound])
        {
            _open.TryRemove(socket, out _);
            socket.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Func<bool> isCut)
    {
        byte[] buffer = new byte[BufferBytes];
        while (await from.ReceiveAsync(buffer) is var read and > 0)
        {
            if (DelayMs is var delay and > 0) await Task.Delay(delay);
            while (isCut() && !_isStopped) await Task.Delay(LookAgain);
            for (int sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
        }
    }
}
