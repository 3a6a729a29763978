using System.Net.Sockets;
using System.Threading.Channels;
using Coco.Boundary;
using Coco.Primitives;

namespace Coco.Worker;

/// <summary>The worker's end of the boundary: messages in by callback, messages out gathered into few writes.</summary>
internal sealed class ManagerLink : IDisposable
{
    private readonly BoundaryStream _stream;
    private readonly Channel<WorkerMessage> _outgoing =
        Channel.CreateUnbounded<WorkerMessage>(new UnboundedChannelOptions { SingleReader = true });

    private long _lastHeard = Environment.TickCount64;

    private ManagerLink(BoundaryStream stream) => _stream = stream;

    /// <summary>The manager was heard within the last second (architecture: a worker without its manager stops answering).</summary>
    public bool IsAlive => Environment.TickCount64 - Interlocked.Read(ref _lastHeard) < Boundary.Limits.SilenceMs;

    /// <summary>Waits for a manager that listens; the two processes start at once.</summary>
    public static async Task<ManagerLink> ConnectAsync(string path, CancellationToken cancellation)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new ManagerLink(new BoundaryStream(new NetworkStream(socket, ownsSocket: true)));
            }
            catch (SocketException)
            {
                socket.Dispose();
                await Task.Delay(Limits.ConnectMs, cancellation);
            }
        }
    }

    public void Send(WorkerMessage message) => _outgoing.Writer.TryWrite(message);

    public async Task<ManagerMessage> ReadAsync(CancellationToken cancellation)
    {
        ReadOnlyMemory<byte>? frame = await _stream.ReadAsync(cancellation);
        if (frame is null) throw new EndOfStreamException("The manager closed the boundary.");
        if (!ManagerMessageCodec.TryDecode(frame.Value, out ManagerMessage? message))
            throw new InvalidDataException("The manager sent a message that this worker can't read.");
        Interlocked.Exchange(ref _lastHeard, Environment.TickCount64);
        return message!;
    }

    public async Task WriteAllAsync(CancellationToken cancellation)
    {
        var frames = new ByteWriter(1 << 16);
        while (await _outgoing.Reader.WaitToReadAsync(cancellation))
        {
            frames.Clear();
            while (frames.Length < Limits.MaxGatheredBytes && _outgoing.Reader.TryRead(out WorkerMessage? message))
            {
                int start = BoundaryStream.Begin(frames);
                WorkerMessageCodec.Encode(message, frames);
                BoundaryStream.End(frames, start);
            }
            await _stream.WriteAsync(frames.Memory, cancellation);
        }
    }

    public async Task BeatAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(Boundary.Limits.BeatMs));
        while (await timer.WaitForNextTickAsync(cancellation)) Send(WorkerBeat.Instance);
    }

    public void Dispose() => _stream.Dispose();
}
