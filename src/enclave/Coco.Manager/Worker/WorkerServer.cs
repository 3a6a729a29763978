using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using Coco.Attestation;
using Coco.Boundary;
using Coco.Crypto;
using Coco.Governance;
using Coco.Manager.Host;
using Coco.Primitives;

namespace Coco.Manager.Worker;

/// <summary>
/// The manager's end of the boundary: one worker at a time over a Unix domain socket that only the worker's user can open, or in attested TLS
/// where the worker is in a TEE of its own. A silent worker is cut off, sooner when another one waits; a new one may then connect.
/// </summary>
/// <param name="configuration">Whose worker folder belongs to the worker's user; others who connect are hung up on.</param>
/// <param name="measure">The measurement of the program in a folder.</param>
/// <param name="door">For a worker in a TEE of its own.</param>
internal sealed class WorkerServer(
    NodeConfiguration configuration, Func<string, string> measure, WorkerDoor door, Action<WorkerMessage> receive, Action gone, Action<string> stranger, Action<string> log) : IDisposable
{
    private readonly string _path = configuration.BoundarySocketPath;
    private readonly CancellationTokenSource _stopping = new();
    private volatile Outbox<ManagerMessage>? _outgoing;

    /// <summary>Of the connected worker's program; null where the system does not say which it is.</summary>
    private volatile string? _measurement;

    /// <summary>Null where it gives no evidence, since it is in the manager's own TEE.</summary>
    private volatile AttestedWorker? _attested;
    private volatile TaskCompletionSource? _dropped;
    private string? _refusal;
    private Socket? _listener;
    private long _messages;

    /// <summary>Messages across the boundary since the start, both ways, beats left out.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    public int? ProcessId { get; private set; }

    /// <summary>What the worker last said about itself.</summary>
    public WorkerFigures Figures { get; private set; } = WorkerFigures.None;

    public Task Listen()
    {
        if (configuration.BoundaryAddress is { } address) ListenAt(IPEndPoint.Parse(address));
        else ListenAt(_path);
        _listener!.Listen(1);
        return ServeAsync();
    }

    private void ListenAt(IPEndPoint address)
    {
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(address);
    }

    private void ListenAt(string path)
    {
        File.Delete(path);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows())
        {
            // The folder is the worker's alone; the socket itself lets the worker's user in, whoever that is.
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
                | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        }
    }

    /// <summary>Queues a message for the next <see cref="Flush"/>; from any thread.</summary>
    public void Post(ManagerMessage message)
    {
        if (_outgoing is not { } outgoing) return;
        if (message is not ManagerBeat) Interlocked.Increment(ref _messages);
        if (!outgoing.TryPost(message)) Drop("it does not keep up");
    }

    public void Flush() => _outgoing?.Flush();

    public void Send(ManagerMessage message)
    {
        Post(message);
        Flush();
    }

    /// <summary>Whether the manifests let the connected program be a worker (TEE-2); else it is sent away.</summary>
    public bool IsAccepted(GovernanceState state)
    {
        if (_attested is { } attested)
        {
            if (attested.Judge(state) is not { } refusal) return true;
            stranger($"The worker is sent away: {refusal.Check}: {refusal.Reason}.");
            Drop("its evidence is accepted no more");
            return false;
        }
        if (_measurement is not { } measurement || state.Constitution.CodeManifest.Accepted(CodeRole.Worker).Contains(measurement)) return true;
        stranger($"The worker's measurement {measurement} is not in the code manifest: it is not of the build that the network runs.");
        Drop("its program is not in the code manifest");
        return false;
    }

    /// <summary>Ends the connection at once, whatever waits to be sent and whether or not the worker reads; a new worker may come.</summary>
    public void Drop(string reason) => _dropped?.TrySetException(new IOException(reason));

    public void Dispose()
    {
        _stopping.Cancel();
        _listener?.Dispose();
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using Socket socket = await _listener!.AcceptAsync(_stopping.Token);
                await Task.Yield(); // a program is measured next: not on a thread that polls sockets
                if (configuration.BoundaryAddress is not null) await ServeAttestedAsync(socket);
                else if (IsWorkers(socket)) await ServeLocalAsync(socket);
                else continue;
            }
            catch (AuthenticationException refused)
            {
                if (_refusal != refused.Message) stranger(_refusal = refused.Message);
                continue;
            }
            catch (Exception problem) when (problem is IOException or SocketException or OperationCanceledException or ObjectDisposedException
                or InvalidDataException or TimeoutException or ChannelClosedException or UnauthorizedAccessException)
            {
                if (_stopping.IsCancellationRequested) return;
                log($"The worker is gone: {problem.Message}");
            }
            _outgoing = null;
            _attested = null;
            ProcessId = null;
            gone();
        }
    }

    /// <summary>The socket's folder keeps others out where it can; where the path is too long for one, this does.</summary>
    private bool IsWorkers(Socket socket)
    {
        if (LocalCaller.UserOf(socket) is not { } user || user == LocalCaller.Own() || user == LocalCaller.OwnerOf(configuration.WorkerDirectory)) return true;
        stranger($"The user {user} is not the worker's and wanted to be this VN's worker.");
        return false;
    }

    private Task ServeLocalAsync(Socket socket)
    {
        _measurement = LocalCaller.ProgramFolderOf(socket) is { } folder ? measure(folder) : null;
        return ServeOneAsync(new NetworkStream(socket));
    }

    private async Task ServeAttestedAsync(Socket socket)
    {
        (Stream stream, _attested) = await door.AcceptAsync(socket, _stopping.Token);
        _refusal = null;
        await ServeOneAsync(stream);
    }

    private async Task ServeOneAsync(Stream connection)
    {
        TaskCompletionSource dropped = _dropped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using var stream = new BoundaryStream(connection);
        var frames = new ByteWriter(1 << 16);
        Outbox<ManagerMessage> outgoing = null!;
        outgoing = _outgoing = new(Limits.MaxWorkerBacklog, () => WriteAsync(stream, outgoing, frames, ending.Token));
        Task reading = ReadAllAsync(stream, dropped.Task, ending.Token);
        Task beating = BeatAsync(stream, ending.Token);
        Task first = await Task.WhenAny(reading, outgoing.Ended, beating, dropped.Task);
        await ending.CancelAsync();
        outgoing.Close();
        await first;
    }

    private async Task ReadAllAsync(BoundaryStream stream, Task dropped, CancellationToken cancellation)
    {
        while (true)
        {
            ReadOnlyMemory<byte>? frame = await stream.ReadAsync(cancellation);
            if (frame is null) throw new EndOfStreamException("it closed the boundary");
            if (!WorkerMessageCodec.TryDecode(frame.Value, out WorkerMessage? message))
                throw new InvalidDataException("it sent a message that can't be read");
            if (dropped.IsCompleted) await dropped; // what it still says counts no more
            if (message is WorkerBeat beat)
            {
                Figures = beat.Figures;
                continue;
            }
            Interlocked.Increment(ref _messages);
            if (message is Hello hello) ProcessId = hello.ProcessId;
            if (message is Hello { TlsKey: var wanted } && _attested is { TlsKey: var attested } && Sha256.Hash(wanted.Span) != attested)
                throw new InvalidDataException("it wants another TLS key certified than its evidence names");
            if (message is EvidenceGiven given) Take(given);
            else receive(message!);
        }
    }

    private static ValueTask WriteAsync(BoundaryStream stream, Outbox<ManagerMessage> outgoing, ByteWriter frames, CancellationToken cancellation)
    {
        frames.Clear();
        while (frames.Length < Limits.MaxGatheredBytes && outgoing.TryTake(out ManagerMessage? message))
        {
            int start = BoundaryStream.Begin(frames);
            ManagerMessageCodec.Encode(message, frames);
            BoundaryStream.End(frames, start);
        }
        return stream.WriteAsync(frames.Memory, cancellation);
    }

    private async Task BeatAsync(BoundaryStream stream, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(Boundary.Limits.BeatMs));
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            if (stream.SilentMs > 10 * Boundary.Limits.SilenceMs) throw new TimeoutException("it is silent");
            Send(ManagerBeat.Instance);
            if (stream.SilentMs > 2 * Boundary.Limits.SilenceMs && IsAnotherWaiting())
                throw new TimeoutException("it has been silent, and another worker waits");
            if (_attested is not { } attested) continue;
            if (attested.IsOver)
            {
                stranger("The worker is sent away: it gave no accepted evidence for as long as a lease lasts.");
                throw new IOException("its evidence is too old");
            }
            if (attested.Due() is { } nonce) Send(new EvidenceWanted(nonce));
        }
    }

    /// <summary>Whoever connects now has broken with the link before, or is another worker: it is let in, or not, when its turn comes.</summary>
    private bool IsAnotherWaiting() => _listener!.Poll(0, SelectMode.SelectRead);

    private void Take(EvidenceGiven given)
    {
        if (_attested?.Take(given.Nonce, given.Evidence.Span) is { } refusal) stranger($"The worker's fresh evidence is refused: {refusal.Check}: {refusal.Reason}.");
    }
}
