using Coco.Boundary;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Worker;

/// <summary>Writes a pinned version in canonical order, in the background, piece by piece to the manager.</summary>
internal static class SnapshotSender
{
    /// <summary>On the executor's thread: pins the version; the rest runs on the pool.</summary>
    public static void Start(VersionedStore store, ulong request, ManagerLink link, Action<Exception> fail)
    {
        SnapshotWriter writer = store.BeginSnapshot();
        _ = Task.Run(() =>
        {
            try
            {
                Write(writer, request, link);
            }
            catch (Exception exception)
            {
                fail(exception);
            }
        });
    }

    private static void Write(SnapshotWriter writer, ulong request, ManagerLink link)
    {
        using (writer)
        {
            var piece = new ByteWriter(Limits.SnapshotPieceBytes);
            bool more = true;
            while (more)
            {
                piece.Clear();
                more = writer.TryWriteNext(piece, Limits.SnapshotPieceBytes);
                link.Send(new SnapshotWritten(request, writer.Version, piece.ToArray(), !more));
            }
        }
    }
}
