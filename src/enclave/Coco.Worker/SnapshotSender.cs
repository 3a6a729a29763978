using Coco.Boundary;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Worker;

/// <summary>
/// Writes a pinned version in canonical order, in the background, piece by piece to the manager, which says when it can take more:
/// no state is in memory a second time. One at a time.
/// </summary>
internal sealed class SnapshotSender(ManagerLink link, PauseMeter pauses, Action<Exception> fail) : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private SemaphoreSlim _room = new(0);
    private ulong _request;

    /// <summary>On the executor's thread: pins the version; the rest runs on the pool.</summary>
    public void Start(VersionedStore store, ulong request)
    {
        pauses.BeginSnapshot();
        SnapshotWriter writer = store.BeginSnapshot();
        var room = new SemaphoreSlim(Boundary.Limits.SnapshotPiecesAhead);
        (_request, _room) = (request, room);
        _ = Task.Run(async () =>
        {
            try
            {
                await WriteAsync(writer, request, room, _ending.Token);
            }
            catch (OperationCanceledException)
            {
                // This worker ends.
            }
            catch (Exception exception)
            {
                fail(exception);
            }
        });
    }

    /// <summary>The manager has stored a piece.</summary>
    public void Continue(ulong request)
    {
        if (request == _request) _room.Release();
    }

    public void Dispose() => _ending.Cancel();

    private async Task WriteAsync(SnapshotWriter writer, ulong request, SemaphoreSlim room, CancellationToken cancellation)
    {
        using (writer)
        {
            // A buffer is free again when its piece was taken: no garbage for the collector to stop the process for.
            var buffers = new ByteWriter[Boundary.Limits.SnapshotPiecesAhead];
            bool more = true;
            for (int i = 0; more; i++)
            {
                await room.WaitAsync(cancellation);
                ByteWriter piece = buffers[i % buffers.Length] ??= new ByteWriter(Limits.SnapshotPieceBytes);
                piece.Clear();
                more = writer.TryWriteNext(piece, Limits.SnapshotPieceBytes);
                link.Send(new SnapshotWritten(request, writer.Version, piece.Memory, !more));
            }
        }
        pauses.EndSnapshot();
    }
}
