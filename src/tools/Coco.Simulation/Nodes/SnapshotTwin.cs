using Coco.Log;
using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.World;
using Coco.Store;

namespace Coco.Simulation.Nodes;

/// <summary>The twin of the manager's thread for snapshot files: one job after the other, each after a while, and a crash at any of them.</summary>
internal sealed class SnapshotTwin : IDisposable
{
    private readonly SimulationWorld _world;
    private readonly Cluster _cluster;
    private readonly Host _host;
    private readonly ManagerProcess _manager;
    private readonly SnapshotShelf _shelf;
    private readonly Queue<Action> _jobs = new();
    private bool _isBusy;
    private LogIndex? _taking;
    private LogIndex? _fetching;

    public SnapshotTwin(Cluster cluster, Host host, ManagerProcess manager, EntrySalt salt)
    {
        (_cluster, _world, _host, _manager) = (cluster, cluster.World, host, manager);
        _shelf = new SnapshotShelf(host.Disk.Snapshots, () => cluster.SessionKey, salt, cluster.Ledger.OnNonce);
    }

    public bool IsTaking => _taking is not null;

    public bool IsInstalling => _fetching is not null;

    public void OnInstalled() => _fetching = null;

    /// <summary>False: it is no effect of this one.</summary>
    public bool TryCarryOut(ReplicaEffect effect)
    {
        switch (effect)
        {
            case TakeSnapshotEffect take: Take(take.Header); break;
            case KeepSnapshotEffect keep: Post(() => _shelf.Keep(keep.Index, keep.Proof)); break;
            case DropSnapshotEffect drop: Post(() => _shelf.Drop(drop.Index)); break;
            case ReadFileEffect read: Post(() => ReadPieces(read)); break;
            case BeginFetchEffect begin:
                _fetching = begin.Index;
                Post(() => _shelf.BeginFetch(begin.Index));
                break;
            case StoreFetchedEffect store:
                Post(() =>
                {
                    _shelf.StoreFetched(store.Index, store.Offset, store.Bytes);
                    _manager.Give(new FetchStoredInput(store.Index, store.Attempt, store.Offset, store.Offset + store.Bytes.Length));
                });
                break;
            case CheckFetchedEffect check:
                PostFetch(check.Index, () => _manager.Give(new FetchCheckedInput(check.Index, _shelf.CheckFetched(check.Index))));
                break;
            case AdoptFetchedEffect adopt:
                PostFetch(adopt.Index, () =>
                {
                    _shelf.AdoptFetched(adopt.Index, adopt.Proof);
                    _manager.Give(new FetchAdoptedInput(adopt.Index));
                });
                break;
            case EndFetchEffect end:
                _fetching = null;
                Post(() => _shelf.EndFetch(end.Index));
                break;
            case FindChunkEffect find: Post(() => _manager.Give(SharedFiles.FindChunk(_host.Disk, find.End))); break;
            default: return false;
        }
        return true;
    }

    /// <summary>The worker writes its state.</summary>
    public void OnPiece(LogIndex index, byte[] bytes, bool isLast) => Post(() =>
    {
        if (_shelf.Writing != index) return;
        if (Write(index, bytes, isLast) is not { } facts) return;
        _world.Counters.SnapshotsTaken++;
        _taking = null;
        _manager.Give(new SnapshotWrittenInput(index, facts));
    });

    private SnapshotFacts? Write(LogIndex index, byte[] bytes, bool isLast)
    {
        try
        {
            return _shelf.Take(bytes, isLast);
        }
        catch (IOException problem)
        {
            _world.Note(_host.Name, $"the snapshot of entry {index} can't be written: {problem.Message}");
            _shelf.Abandon();
            _taking = null;
            _manager.Give(new SnapshotWrittenInput(index, null));
            return null;
        }
    }

    public void OnWorkerGone() => Post(() =>
    {
        if (_shelf.Writing is not { } index) return;
        _shelf.Abandon();
        _taking = null;
        _manager.Give(new SnapshotWrittenInput(index, null));
    });

    /// <summary>The state in a snapshot goes to the worker.</summary>
    public void Feed(LogIndex index, BoundaryLink link) => Post(() =>
    {
        try
        {
            Read(index, link);
        }
        catch (IOException problem)
        {
            _manager.Give(new SnapshotLostInput(index, problem.Message));
        }
    });

    private void Read(LogIndex index, BoundaryLink link)
    {
        using SnapshotStream stream = _shelf.Open(index);
        bool isLast = false;
        while (!isLast)
        {
            if (!stream.TryNext(out ReadOnlySpan<byte> clear, out isLast))
            {
                _manager.Give(new SnapshotLostInput(index, "its file was changed"));
                return;
            }
            for (int at = 0; at < clear.Length; at += _cluster.PieceBytes)
            {
                byte[] piece = clear[at..Math.Min(at + _cluster.PieceBytes, clear.Length)].ToArray();
                bool isEnd = isLast && at + piece.Length == clear.Length;
                link.ToWorker(worker => worker.OnSnapshotPiece(piece, isEnd));
            }
        }
        _world.Counters.WorkersRestored++;
    }

    public void Dispose() => _shelf.Dispose();

    private void Take(SnapshotHeader header)
    {
        BoundaryLink? link = _manager.Link;
        if (link is null)
        {
            _manager.GiveOwn(new SnapshotWrittenInput(header.Index, null));
            return;
        }
        _taking = header.Index;
        Post(() => _shelf.Begin(header));
        link.ToWorker(worker => worker.WriteSnapshot(header.Index));
    }

    private void ReadPieces(ReadFileEffect read)
    {
        ILedgerFiles files = read.Kind == SharedFile.Snapshot ? _host.Disk.Snapshots : _host.Disk;
        foreach (FilePiece piece in SharedFiles.Read(files, read, _cluster.PieceBytes)) _manager.Give(new PieceReadInput(read.For, piece));
    }

    /// <summary>A step of a fetch that has all pieces.</summary>
    private void PostFetch(LogIndex index, Action work) => Post(() =>
    {
        try
        {
            work();
        }
        catch (IOException problem)
        {
            _manager.Give(new FetchFailedInput(index, problem.Message));
        }
    });

    private void Post(Action work)
    {
        _jobs.Enqueue(work);
        if (_isBusy) return;
        _isBusy = true;
        Wait();
    }

    private void Wait() => _world.After(_world.Random.Between(20, 3_000), Run);

    private void Run()
    {
        if (!_manager.IsAlive || _world.IsBroken) return;
        if (_host.PausedUntil > _world.Now)
        {
            _world.After(_host.PausedUntil - _world.Now, Run);
            return;
        }
        Action work = _jobs.Dequeue();
        if (_cluster.Faults.CrashesAt(_host, "snapshot file")) return;
        try
        {
            work();
        }
        catch (IOException problem)
        {
            _world.Note(_host.Name, $"a snapshot file can't be written or read: {problem.Message}");
        }
        _isBusy = _jobs.Count > 0;
        if (_isBusy) Wait();
    }
}
