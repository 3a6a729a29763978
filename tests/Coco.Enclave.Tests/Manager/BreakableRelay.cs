using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Coco.Enclave.Tests.Manager;

/// <summary>The host between two TEEs: it carries the bytes, until it does not.</summary>
internal sealed class BreakableRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<TcpClient> _open = new();

    public BreakableRelay(IPEndPoint target)
    {
        _listener.Start();
        _ = AcceptAsync(target);
    }

    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    public void Break()
    {
        while (_open.TryDequeue(out TcpClient? end)) end.Dispose();
    }

    public void Dispose()
    {
        _listener.Dispose();
        Break();
    }

    private async Task AcceptAsync(IPEndPoint target)
    {
        try
        {
            while (true)
            {
                TcpClient near = await _listener.AcceptTcpClientAsync(), far = new();
                _open.Enqueue(near);
                _open.Enqueue(far);
                await far.ConnectAsync(target);
                _ = CarryAsync(near, far);
                _ = CarryAsync(far, near);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // It was told to stop.
        }
    }

    private static async Task CarryAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception end) when (end is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Broken: so is the other direction.
        }
        from.Dispose();
        to.Dispose();
    }
}
