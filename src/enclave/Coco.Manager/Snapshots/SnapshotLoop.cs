using System.Collections.Concurrent;
using Coco.Boundary;
using Coco.Log;
using Coco.Manager.Disk;
using Coco.Manager.Worker;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Manager.Snapshots;

/// <summary>
/// The thread for snapshot files: writes what the worker sends and what comes from other VNs, and reads for them, so that the log's
/// disk and the sequencer wait for none of it. What the host's disk refuses costs a snapshot, not the VN.
/// </summary>
internal sealed class SnapshotLoop(
    LedgerFolder ledger, LedgerFolder folder, SnapshotShelf shelf, WorkerServer worker, Action<ReplicaInput> give,
    Action<string> log, Action<Exception> fail) : IDisposable
{
    private readonly BlockingCollection<Action> _jobs = [];
    private Thread? _thread;
    private volatile SnapshotFeed? _feed;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "snapshots", Priority = ThreadPriority.BelowNormal };
        _thread.Start();
    }

    /// <summary>False: the effect is not about snapshots or files.</summary>
    public bool TryCarryOut(ReplicaEffect effect)
    {
        switch (effect)
        {
            case TakeSnapshotEffect take:
                Post(() => shelf.Begin(take.Header));
                worker.Send(new SnapshotWanted(take.Header.Index.Value));
                break;
            case KeepSnapshotEffect keep: Post(() => shelf.Keep(keep.Index, keep.Proof)); break;
            case DropSnapshotEffect drop: Post(() => shelf.Drop(drop.Index)); break;
            case ReadFileEffect wanted: Post(() => Read(wanted)); break;
            case BeginFetchEffect begin: Post(() => shelf.BeginFetch(begin.Index)); break;
            case StoreFetchedEffect store: Post(() => Store(store)); break;
            case CheckFetchedEffect check: PostFetch(check.Index, () => give(new FetchCheckedInput(check.Index, shelf.CheckFetched(check.Index)))); break;
            case AdoptFetchedEffect adopt: PostFetch(adopt.Index, () => Adopt(adopt)); break;
            case EndFetchEffect end: Post(() => shelf.EndFetch(end.Index)); break;
            case FindChunkEffect find: Post(() => give(SharedFiles.FindChunk(ledger, find.End))); break;
            default: return false;
        }
        return true;
    }

    /// <summary>A piece of the state from the worker; it is told when it may send another.</summary>
    public void OnPiece(SnapshotWritten piece) => Post(() =>
    {
        var index = new LogIndex(piece.Request);
        if (shelf.Writing != index) return;
        SnapshotFacts? facts = Write(index, piece);
        worker.Send(new SnapshotMore(piece.Request));
        if (facts is not null) give(new SnapshotWrittenInput(index, facts));
    });

    /// <summary>Gives the state in this snapshot to the worker that is welcomed just now.</summary>
    public void Feed(LogIndex index)
    {
        _feed?.End();
        SnapshotFeed feed = _feed = new SnapshotFeed(shelf.Open(index), worker.Send);
        _ = Task.Run(async () =>
        {
            if (!await feed.RunAsync()) give(new SnapshotLostInput(index, "its file is not what was written"));
        });
    }

    /// <summary>The worker can take another piece.</summary>
    public void OnPieceTaken() => _feed?.Continue();

    /// <summary>What it was writing and what it was given ends with it.</summary>
    public void OnWorkerGone()
    {
        _feed?.End();
        Post(() =>
        {
            if (shelf.Writing is not { } index) return;
            shelf.Abandon();
            give(new SnapshotWrittenInput(index, null));
        });
    }

    public void Dispose()
    {
        _feed?.Dispose();
        _jobs.CompleteAdding();
        _thread?.Join();
        _jobs.Dispose();
        shelf.Dispose();
        folder.Dispose();
    }

    private SnapshotFacts? Write(LogIndex index, SnapshotWritten piece)
    {
        try
        {
            return shelf.Take(piece.Bytes.Span, piece.IsLast);
        }
        catch (IOException problem)
        {
            log($"The snapshot of entry {index} can't be written: {problem.Message}");
            shelf.Abandon();
            give(new SnapshotWrittenInput(index, null));
            return null;
        }
    }

    private void Store(StoreFetchedEffect store)
    {
        shelf.StoreFetched(store.Index, store.Offset, store.Bytes);
        give(new FetchStoredInput(store.Index, store.Attempt, store.Offset, store.Offset + store.Bytes.Length));
    }

    private void Adopt(AdoptFetchedEffect adopt)
    {
        shelf.AdoptFetched(adopt.Index, adopt.Proof);
        give(new FetchAdoptedInput(adopt.Index));
    }

    private void Read(ReadFileEffect wanted)
    {
        LedgerFolder files = wanted.Kind == SharedFile.Snapshot ? folder : ledger;
        foreach (FilePiece piece in SharedFiles.Read(files, wanted, Replica.Limits.PieceBytes)) give(new PieceReadInput(wanted.For, piece));
    }

    /// <summary>A step of a fetch that has all pieces; where the disk fails it is begun again.</summary>
    private void PostFetch(LogIndex index, Action job) => Post(() =>
    {
        try
        {
            job();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            give(new FetchFailedInput(index, problem.Message));
        }
    });

    private void Post(Action job)
    {
        if (!_jobs.IsAddingCompleted) _jobs.Add(job);
    }

    private void Run()
    {
        try
        {
            foreach (Action job in _jobs.GetConsumingEnumerable()) Take(job);
        }
        catch (Exception exception)
        {
            fail(exception);
        }
    }

    /// <summary>A job that the disk refuses is not answered: who waits for it gives up after a while.</summary>
    private void Take(Action job)
    {
        try
        {
            job();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            log($"A snapshot file can't be written or read: {problem.Message}");
        }
    }
}
