using Coco.Boundary;
using Coco.Log;

namespace Coco.Manager.Snapshots;

/// <summary>Sends a snapshot's state to the worker, a few pieces ahead of what it has taken.</summary>
internal sealed class SnapshotFeed(SnapshotStream stream, Action<ManagerMessage> send) : IDisposable
{
    private readonly SemaphoreSlim _room = new(Boundary.Limits.SnapshotPiecesAhead);
    private readonly CancellationTokenSource _ending = new();

    /// <summary>Ends it.</summary>
    public void Dispose() => End();

    public void Continue() => _room.Release();

    public void End() => _ending.Cancel();

    /// <summary>False where the file does not hold what it should; the worker then has no last piece.</summary>
    public async Task<bool> RunAsync()
    {
        using (stream)
        {
            try
            {
                bool isLast = false;
                while (!isLast)
                {
                    await _room.WaitAsync(_ending.Token);
                    if (ReadNext(out isLast) is not { } piece) return false;
                    send(piece);
                }
            }
            catch (OperationCanceledException)
            {
                // The worker went, and a new one begins anew.
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                return false;
            }
            return true;
        }
    }

    private SnapshotPiece? ReadNext(out bool isLast) =>
        stream.TryNext(out ReadOnlySpan<byte> clear, out isLast) ? new SnapshotPiece(clear.ToArray(), isLast) : null;
}
