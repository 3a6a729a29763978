using System.Collections.Concurrent;
using Coco.Boundary;
using Coco.Ledgers;
using Coco.Postings;
using Coco.Primitives;

namespace Coco.Worker.Indexing;

/// <summary>
/// The thread that indexes: takes applied batches one after the other, reads from the ledger what it missed, seals what is in memory
/// and merges segments. It follows behind the executor, which never waits for it.
/// </summary>
internal sealed class Indexer(
    ILedger ledger, RemoteSegments files, LedgerIndex index, Action<BatchNumber> covered, Action<Exception> fail, Action<string> log,
    int bufferPostings = Postings.Limits.BufferPostings)
    : IDisposable
{
    private readonly ConcurrentQueue<AppliedBatch> _applied = new();
    private readonly ConcurrentQueue<SegmentFile> _damaged = new();
    private readonly object _gate = new();
    private bool _isWanted;
    private long _appliedBytes;
    private long _nextLook;
    private bool _mayBeBehind = true;

    /// <summary>Entries before it hold no batch that is not indexed: those behind the last batch are of other kinds.</summary>
    private LogIndex _readTo = LogIndex.Zero;
    private volatile bool _stopping;
    private Thread? _thread;

    public void Start()
    {
        index.Damaged += OnDamaged;
        _thread = new Thread(Run) { IsBackground = true, Name = "indexer" };
        _thread.Start();
    }

    /// <summary>A batch was applied; on the executor's thread.</summary>
    public void Post(AppliedBatch batch)
    {
        _applied.Enqueue(batch);
        Interlocked.Add(ref _appliedBytes, SizeOf(batch));
        while (_applied.Count > Limits.UnindexedBatches || Interlocked.Read(ref _appliedBytes) > Limits.UnindexedBytes)
            if (!TryTake(out _)) break;
        Wake();
    }

    public void Dispose()
    {
        _stopping = true;
        Wake();
    }

    private void Wake()
    {
        lock (_gate)
        {
            _isWanted = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Until there may be something to do. A semaphore would spin first, and that time is another process's.</summary>
    private void Rest()
    {
        lock (_gate)
        {
            if (!_isWanted) Monitor.Wait(_gate, Limits.IndexRetryMs);
            _isWanted = false;
        }
    }

    private void OnDamaged(SegmentFile file)
    {
        _damaged.Enqueue(file);
        Wake();
    }

    private void Run()
    {
        try
        {
            PostingStore? store = null;
            while (!_stopping)
            {
                try
                {
                    store ??= Open();
                    Work(store);
                }
                catch (SegmentUnreadableException unreadable)
                {
                    OnDamaged(unreadable.File);
                }
                catch (HistoryUnavailableException missing)
                {
                    log($"The index waits: {missing.Message}.");
                    Rest();
                }
            }
        }
        catch (Exception exception)
        {
            fail(exception);
        }
    }

    private PostingStore Open()
    {
        PruneWindow? prune = ledger.Description.IndexWindow is { } window ? new PruneWindow(window.Table, window.Batches) : null;
        var store = new PostingStore(files, files.List(), prune, bufferPostings);
        index.Open(store);
        if (store.Covered is { } found)
        {
            log($"The index holds batches {found.First} to {found.Last} in {store.Levels.Count} segments.");
            covered(found.Last);
        }
        return store;
    }

    private void Work(PostingStore store)
    {
        while (_damaged.TryDequeue(out SegmentFile file))
        {
            log($"Index segment {file.Id} can't be read; it is made anew from the ledger.");
            store.CutAt(file);
            ReadAgain();
        }
        LookForEarlierEntries(store);
        bool isBlocked = store.IsFull && !store.TrySeal();
        if (isBlocked) log("An index segment could not be stored.");
        bool hasMore = store.Buffered < Limits.MaxBufferedPostings && (TakeApplied(store) || ReadLog(store));
        if (isBlocked || (!hasMore && !store.TryMerge(Limits.MergeStep))) Rest();
    }

    /// <summary>Indexes what was applied next; false where that is not at hand.</summary>
    private bool TakeApplied(PostingStore store)
    {
        bool hasTaken = false;
        while (!store.IsFull && _damaged.IsEmpty && _applied.TryPeek(out AppliedBatch? next))
        {
            BatchNumber? last = store.Covered?.Last;
            bool isKnown = last is { } known && next.Record.Number <= known;
            bool isNext = last is { } before ? next.Record.Number == before.Next() : next.Record.Number == BatchNumber.Zero;
            if (!isKnown && !isNext)
            {
                ReadAgain();
                break;
            }
            // Another thread may have dropped it, and others after it, since the queue is bounded.
            if (!TryTake(out AppliedBatch? taken) || !ReferenceEquals(taken, next)) continue;
            if (isNext) Add(store, taken);
            hasTaken = true;
        }
        if (hasTaken) Advance(store);
        return hasTaken;
    }

    private bool ReadLog(PostingStore store)
    {
        if (!_mayBeBehind) return false;
        LogIndex from = store.Covered is { } covered ? covered.LastIndex.Next() : new LogIndex(1);
        if (from < _readTo) from = _readTo;
        LogAnswer answer = files.ReadLog(from);
        foreach (LoggedBatch logged in answer.Batches)
        {
            Invariant.Holds(BatchRecord.TryDecode(logged.Record, out BatchRecord? record), "a committed batch can be decoded");
            // Where the ledger files begin later than the index ends, the index begins anew with them.
            if (store.Covered is { } before && record!.Number != before.Last.Next()) store.Clear();
            Add(store, new AppliedBatch(logged.Index, record!, null));
        }
        _readTo = answer.Next;
        _mayBeBehind = answer.Next > from;
        if (answer.Batches.Count > 0) Advance(store);
        return _mayBeBehind;
    }

    /// <summary>
    /// A VN that joined by a snapshot fetches the entries before it later: once its ledger files begin at genesis, so does the index.
    /// </summary>
    private void LookForEarlierEntries(PostingStore store)
    {
        if (store.Covered is not { } covered || covered.First == BatchNumber.Zero || Environment.TickCount64 < _nextLook) return;
        _nextLook = Environment.TickCount64 + Limits.EarlierEntriesMs;
        IReadOnlyList<LoggedBatch> first = files.ReadLog(new LogIndex(1)).Batches;
        if (first.Count == 0 || !BatchRecord.TryDecode(first[0].Record, out BatchRecord? record) || record!.Number != BatchNumber.Zero) return;
        log("The ledger files reach back to genesis now; the index is made anew from there.");
        store.Clear();
        ReadAgain();
    }

    private void ReadAgain() => (_mayBeBehind, _readTo) = (true, LogIndex.Zero);

    private void Add(PostingStore store, AppliedBatch batch)
    {
        ledger.Index(batch, new Sink(store));
        store.Add(Posting.KeyOf(LedgerIndex.PlaceTable, batch.Record.Number.Value), batch.Index.Value);
        store.EndBatch(batch.Record.Number, batch.Index);
    }

    private void Advance(PostingStore store)
    {
        if (store.Covered is { } reached) covered(reached.Last);
        index.Advance();
    }

    private bool TryTake(out AppliedBatch? batch)
    {
        if (!_applied.TryDequeue(out batch)) return false;
        Interlocked.Add(ref _appliedBytes, -SizeOf(batch));
        return true;
    }

    private static long SizeOf(AppliedBatch batch)
    {
        long size = batch.Record.WriteSet.Length + batch.Record.Results.Length;
        for (int i = 0; i < batch.Record.Requests.Count; i++) size += batch.Record.Requests[i].Length;
        return size;
    }

    private sealed class Sink(PostingStore store) : IPostings
    {
        public void Add(byte table, ulong key, ulong value) => store.Add(Posting.KeyOf(table, key), value);
    }
}
