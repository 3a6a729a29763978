using System.Security.Cryptography;
using Coco.Primitives;

namespace Coco.Store;

/// <summary>
/// Named maps of byte keys to byte values in many versions (STO-1). One thread writes: it builds each version in a
/// <see cref="TransactionSet"/> on the speculative head, and commits or rolls back versions later, between sets. Any thread opens
/// views of the committed version, which stay as they are however the writer goes on. Memory holds the committed state, the
/// speculative versions and what open views read.
/// </summary>
public sealed class VersionedStore : IDisposable
{
    /// <summary>The seed of the table hash where the caller draws none: fine for tests and simulation.</summary>
    public const ulong DefaultHashSeed = 0x436F636F53746F72;

    private readonly StoreLimits _limits;
    private readonly Slabs _slabs;
    private readonly ReaderSlots _readers;
    private readonly Reclaimer _reclaimer;
    private readonly Entries _entries;
    private readonly Chains _chains;
    private readonly TransactionSet _set;
    private readonly Queue<VersionWrites> _spare = new();
    private readonly List<VersionWrites> _speculative = [];

    // Version plus one; zero where there is none.
    private ulong _head, _committed;

    /// <param name="hashSeed">Random and secret in production, so that clients cannot choose keys that collide.</param>
    public VersionedStore(
        IReadOnlyList<MapDescription> maps, StoreLimits? limits = null, ulong hashSeed = DefaultHashSeed)
    {
        Invariant.Holds(maps.Count <= StoreLimits.MaxMaps, "a ledger has at most 1,024 maps");
        Maps = [.. maps.OrderBy(map => map.Id.Value)];
        _limits = limits ?? new StoreLimits();
        Invariant.Holds(_limits.SlabBytes is >= 64 << 10 and <= Slabs.MaxSlabBytes, "slabs are of 64 KiB to 1 MiB");
        _slabs = new Slabs(_limits.SlabBytes);
        _readers = new ReaderSlots(_limits.MaxViews);
        _reclaimer = new Reclaimer(_slabs, _readers);
        _entries = new Entries(_slabs, _reclaimer, Maps, hashSeed);
        _chains = new Chains(_entries, _readers);
        _set = new TransactionSet(_entries);
    }

    /// <summary>The maps, by number.</summary>
    public IReadOnlyList<MapDescription> Maps { get; }

    /// <summary>The newest version, also a speculative one; null before genesis.</summary>
    public BatchNumber? Head => ToVersion(_head);

    /// <summary>The version that new views read; null before the first commit. Any thread.</summary>
    public BatchNumber? Committed => ToVersion(Volatile.Read(ref _committed));

    public StoreStatistics Statistics => new(
        _entries.Count, _entries.Records, _chains.Waiting, _reclaimer.Pending, _readers.Open, _slabs.TotalBytes,
        _slabs.FreeBytes, _slabs.Arrays);

    /// <summary>Counts roll backs, so that a view of the speculative head knows that it was undone.</summary>
    internal long RollBacks { get; private set; }

    internal Entries Entries => _entries;

    /// <summary>Opens the store's one transaction set, for the version after the head.</summary>
    public TransactionSet Begin(BatchNumber version)
    {
        RequireNoSet();
        Invariant.Holds(version.Value == _head, "a version follows the head, from 0");
        Invariant.Holds(_speculative.Count < _limits.MaxSpeculativeVersions, "the pipeline of versions is bounded");
        _set.Open(version.Value);
        return _set;
    }

    /// <summary>The set becomes the speculative head.</summary>
    public void Seal(TransactionSet set)
    {
        RequireOpen(set);
        VersionWrites writes = _spare.TryDequeue(out VersionWrites? spare) ? spare : new VersionWrites();
        writes.Version = set.Version.Value;
        writes.Entries = set.Close(writes.Entries, out writes.Count);
        _speculative.Add(writes);
        _head++;
    }

    /// <summary>Undoes all that the set wrote; the head stays.</summary>
    public void Discard(TransactionSet set)
    {
        RequireOpen(set);
        set.Undo();
        _reclaimer.Advance();
    }

    /// <summary>
    /// A follower's way: decodes another VN's write set, which becomes the speculative head. False, with nothing changed, where
    /// the bytes are not a canonical write set over this state.
    /// </summary>
    public bool TryApply(BatchNumber version, ReadOnlySpan<byte> writeSet)
    {
        TransactionSet set = Begin(version);
        bool isApplied = WriteSetDecoder.TryApply(writeSet, _entries, set);
        if (isApplied) Seal(set);
        else Discard(set);
        return isApplied;
    }

    /// <summary>Versions up to <paramref name="upTo"/> are final and visible to new views.</summary>
    public void Commit(BatchNumber upTo)
    {
        RequireNoSet();
        Invariant.Holds(upTo.Value < _head && upTo.Value + 1 >= _committed, "a commit is of a sealed version and never goes back");
        Interlocked.Exchange(ref _committed, upTo.Value + 1);
        _readers.CollectPins();
        int done = 0;
        for (; done < _speculative.Count && _speculative[done].Version <= upTo.Value; done++)
        {
            VersionWrites writes = _speculative[done];
            foreach (uint entry in writes.Written) _chains.Supersede(entry, writes.Version);
            Recycle(writes);
        }
        _speculative.RemoveRange(0, done);
        _chains.Review(upTo.Value);
        _reclaimer.Advance();
    }

    /// <summary>Undoes the versions after <paramref name="to"/>, which is committed or speculative. Views of the head end.</summary>
    public void RollBack(BatchNumber to) => RollBackTo(checked(to.Value + 1));

    /// <summary>Undoes all speculative versions, also a genesis that is not committed.</summary>
    public void RollBackToCommitted() => RollBackTo(_committed);

    /// <summary>The speculative head, for the writer's thread; ends at the next roll back.</summary>
    public StoreView OpenHead()
    {
        BatchNumber head = Head ?? throw new InvalidOperationException("The store holds no version.");
        int slot = _readers.Take();
        _readers.PinVersion(slot, head.Value);
        _readers.EnterEpoch(slot, _reclaimer.Epoch);
        return new StoreView(this, slot, head, isHead: true);
    }

    /// <summary>The committed version, for any thread; it stays as it is until disposed, and holds memory back.</summary>
    public StoreView OpenCommitted()
    {
        int slot = PinCommitted(out BatchNumber version);
        _readers.EnterEpoch(slot, _reclaimer.Epoch);
        return new StoreView(this, slot, version, isHead: false);
    }

    /// <summary>Begins a snapshot of the committed version, to be written by any one thread while this store goes on.</summary>
    public SnapshotWriter BeginSnapshot()
    {
        int slot = PinCommitted(out BatchNumber version);
        return new SnapshotWriter(this, slot, version);
    }

    /// <summary>SHA-256 over the canonical bytes of a view, which are those of its snapshot.</summary>
    public Hash256 ComputeDigest(StoreView view)
    {
        int slot = _readers.Take();
        _readers.PinVersion(slot, view.Version.Value);
        using var snapshot = new SnapshotWriter(this, slot, view.Version);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new ByteWriter(1 << 16);
        while (snapshot.TryWriteNext(chunk, 1 << 16))
        {
            hash.AppendData(chunk.Span);
            chunk.Clear();
        }
        return new Hash256(hash.GetHashAndReset());
    }

    /// <summary>Gives the memory back; all views are disposed before.</summary>
    public void Dispose() => _slabs.Release();

    internal void EnterEpoch(int slot) => _readers.EnterEpoch(slot, _reclaimer.Epoch);

    internal void LeaveEpoch(int slot) => _readers.LeaveEpoch(slot);

    internal void Release(int slot) => _readers.Release(slot);

    /// <summary>Takes in one record of a snapshot; its key is behind all others of its map.</summary>
    internal void Load(MapId map, ReadOnlySpan<byte> key, BatchNumber version, ReadOnlySpan<byte> value)
    {
        _entries.Load(map, key, _entries.NewRecord(version.Value, Slabs.None, value));
    }

    /// <summary>The entries that a snapshot brought are the committed state.</summary>
    internal void StandAt(BatchNumber version)
    {
        Invariant.Holds(_head == 0, "a snapshot is loaded into an empty store");
        _entries.EndLoad();
        _head = checked(version.Value + 1);
        Interlocked.Exchange(ref _committed, _head);
    }

    private static BatchNumber? ToVersion(ulong next) => next == 0 ? null : new BatchNumber(next - 1);

    /// <summary>
    /// Pins the committed version. The writer publishes a version first and looks for pins then, so a pin that was set while the
    /// version was still the committed one is seen before anything of that version is dropped.
    /// </summary>
    private int PinCommitted(out BatchNumber version)
    {
        BatchNumber seen = Committed ?? throw new InvalidOperationException("The store holds no committed version.");
        int slot = _readers.Take();
        do
        {
            version = seen;
            _readers.PinVersion(slot, version.Value);
            seen = Committed!.Value;
        } while (seen != version);
        return slot;
    }

    private void RollBackTo(ulong head)
    {
        RequireNoSet();
        Invariant.Holds(head >= _committed && head <= _head, "a roll back ends between the committed version and the head");
        for (; _head > head; _head--)
        {
            VersionWrites writes = _speculative[^1];
            _speculative.RemoveAt(_speculative.Count - 1);
            foreach (uint entry in writes.Written) Undo(entry, writes.Version);
            Recycle(writes);
        }
        RollBacks++;
        _reclaimer.Advance();
    }

    private void Undo(uint entry, ulong version)
    {
        uint newest = _entries.Header(entry).Newest;
        Invariant.Holds(_entries.Record(newest).Version == version, "versions are undone from the newest");
        _entries.SetNewest(entry, _entries.Record(newest).Older);
        _entries.RetireRecord(newest);
    }

    private void Recycle(VersionWrites writes)
    {
        writes.Count = 0;
        if (_spare.Count < 8 && writes.Entries.Length <= TransactionSet.KeptChanges) _spare.Enqueue(writes);
    }

    private void RequireOpen(TransactionSet set) =>
        Invariant.Holds(set == _set && set.IsOpen, "a transaction set is sealed or discarded once");

    private void RequireNoSet() => Invariant.Holds(!_set.IsOpen, "no transaction set is open");

    /// <summary>The entries that a speculative version wrote.</summary>
    private sealed class VersionWrites
    {
        public ulong Version;
        public uint[] Entries = new uint[256];
        public int Count;

        public ReadOnlySpan<uint> Written => Entries.AsSpan(0, Count);
    }
}
