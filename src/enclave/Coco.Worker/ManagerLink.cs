using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Coco.Boundary;
using Coco.Primitives;

namespace Coco.Worker;

/// <summary>The worker's end of the boundary: messages in by callback, messages out gathered into few writes.</summary>
internal sealed class ManagerLink : IDisposable
{
    private readonly BoundaryStream _stream;
    private readonly Outbox<WorkerMessage> _outgoing;
    private readonly CancellationTokenSource _ending = new();
    private readonly ByteWriter _frames = new(1 << 16);
    private readonly Func<Hash256, byte[]>? _prove;
    private readonly Action<string> _log;
    private readonly Lock _platform = new();

    /// <param name="prove">Makes evidence for a nonce; null where both are in one TEE.</param>
    private ManagerLink(Stream stream, Func<Hash256, byte[]>? prove, Action<string> log)
    {
        (_stream, _prove, _log) = (new BoundaryStream(stream), prove, log);
        _outgoing = new Outbox<WorkerMessage>(int.MaxValue, WriteAsync); // what sends to it is bounded
    }

    /// <summary>Ends with what a write threw: the manager is gone.</summary>
    public Task Ended => _outgoing.Ended;

    /// <summary>The manager was heard within the last second (architecture: a worker without its manager stops answering).</summary>
    public bool IsAlive => _stream.SilentMs < Boundary.Limits.SilenceMs;

    /// <summary>Waits for a manager that listens, and that is believed; the two processes start at once.</summary>
    /// <param name="key">What the manager is to certify; it proves itself where the manager is in another TEE.</param>
    public static async Task<ManagerLink> ConnectAsync(WorkerOptions options, ECDsa key, Action<string> log, CancellationToken cancellation)
    {
        if (options.Attested is not { } way) return new ManagerLink(await ConnectAsync(options.BoundarySocket, cancellation), null, log);
        AttestedLine line = await AttestAsync(way, key, log, cancellation);
        return new ManagerLink(line.Stream, nonce => way.Prove(line.Network, key, nonce), log);
    }

    private static async Task<AttestedLine> AttestAsync(AttestedBoundary way, ECDsa key, Action<string> log, CancellationToken cancellation)
    {
        string? told = null;
        while (true)
        {
            try
            {
                return await way.ConnectAsync(key, cancellation);
            }
            catch (Exception problem) when (problem is IOException or SocketException or AuthenticationException
                || (problem is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                if (told != problem.Message) log(told = problem.Message);
                await Task.Delay(Limits.AttestAgainMs, cancellation);
            }
        }
    }

    private static async Task<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException)
            {
                socket.Dispose();
                await Task.Delay(Limits.ConnectMs, cancellation);
            }
        }
    }

    /// <summary>Queues a message for the next flush; from any thread.</summary>
    public void Post(WorkerMessage message) => _outgoing.TryPost(message);

    public void Flush() => _outgoing.Flush();

    /// <summary>At once, from any thread; never waits.</summary>
    public void Send(WorkerMessage message)
    {
        Post(message);
        Flush();
    }

    /// <summary>The next message; questions for evidence are answered here, whatever the worker is at.</summary>
    public async Task<ManagerMessage> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            ReadOnlyMemory<byte>? frame = await _stream.ReadAsync(cancellation);
            if (frame is null) throw new EndOfStreamException("The manager closed the boundary.");
            if (!ManagerMessageCodec.TryDecode(frame.Value, out ManagerMessage? message))
                throw new InvalidDataException("The manager sent a message that this worker can't read.");
            if (message is not EvidenceWanted wanted) return message!;
            _ = Task.Run(() => Prove(wanted.Nonce), CancellationToken.None);
        }
    }

    /// <summary>One at a time, as devices want it. Without evidence nothing is given: the manager asks again.</summary>
    private void Prove(Hash256 nonce)
    {
        if (_prove is null) return;
        try
        {
            lock (_platform) Send(new EvidenceGiven(nonce, _prove(nonce)));
        }
        catch (Exception problem) when (problem is IOException or InvalidOperationException or UnauthorizedAccessException or CryptographicException)
        {
            _log($"The platform makes no evidence: {problem.Message}");
        }
    }

    public async Task BeatAsync(Func<WorkerFigures> figures, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(Boundary.Limits.BeatMs));
        while (await timer.WaitForNextTickAsync(cancellation)) Send(new WorkerBeat(figures()));
    }

    public void Dispose()
    {
        _ending.Cancel();
        _outgoing.Close();
        _stream.Dispose();
    }

    private ValueTask WriteAsync()
    {
        _frames.Clear();
        while (_frames.Length < Limits.MaxGatheredBytes && _outgoing.TryTake(out WorkerMessage? message))
        {
            int start = BoundaryStream.Begin(_frames);
            WorkerMessageCodec.Encode(message, _frames);
            BoundaryStream.End(_frames, start);
        }
        return _stream.WriteAsync(_frames.Memory, _ending.Token);
    }
}
