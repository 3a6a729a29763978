using Coco.Primitives;

namespace Coco.Store;

/// <summary>
/// The one open transaction set of a store. Writes go into the version chains at once, under a version that no reader looks at;
/// a journal undoes them. Used by the writer's thread.
/// </summary>
public sealed class TransactionSet : ITransactionSet
{
    /// <summary>Changes for which room is kept; a genesis state has more, once.</summary>
    internal const int KeptChanges = 1 << 16;

    private readonly Entries _entries;
    private readonly Comparison<uint> _byMapAndKey;
    private Change[] _journal = new Change[256];
    private int _changes;
    private uint[] _written = new uint[256];
    private int _writtenCount = -1;
    private ulong _version;

    internal TransactionSet(Entries entries)
    {
        _entries = entries;
        _byMapAndKey = new EntryOrder(entries).Compare;
    }

    /// <summary>The version that this set will be when it is sealed.</summary>
    public BatchNumber Version => new(_version);

    internal bool IsOpen { get; private set; }

    public bool TryGet(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        RequireOpen();
        return _entries.TryRead(_entries.Find(map, key), _version, out value);
    }

    public bool TryGetNext(
        MapId map, ReadOnlySpan<byte> from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        RequireOpen();
        bool found = _entries.TryReadNext(map, from, _version, out uint entry, out value);
        key = found ? _entries.KeyOf(entry) : default;
        return found;
    }

    public void Put(MapId map, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        RequireOpen();
        Invariant.Holds(key.Length <= StoreLimits.MaxKeyBytes, "a key is within the store's limit");
        Invariant.Holds(value.Length <= StoreLimits.MaxValueBytes, "a value is within the store's limit");
        uint entry = _entries.Find(map, key, out ulong hash);
        if (entry == Slabs.None)
        {
            entry = _entries.Insert(map, key, hash, _entries.NewRecord(_version, Slabs.None, value));
            Note(entry, Slabs.None);
            return;
        }
        uint newest = _entries.Header(entry).Newest;
        Note(entry, newest);
        _entries.SetNewest(entry, _entries.NewRecord(_version, OlderThanSet(newest), value));
    }

    public void Delete(MapId map, ReadOnlySpan<byte> key) => TryDelete(map, key);

    public int Savepoint()
    {
        RequireOpen();
        return _changes;
    }

    public void RevertTo(int savepoint)
    {
        RequireOpen();
        Invariant.Holds((uint)savepoint <= (uint)_changes, "a savepoint is of this set and was not undone");
        while (_changes > savepoint)
        {
            Change change = _journal[--_changes];
            uint undone = _entries.Header(change.Entry).Newest;
            _entries.SetNewest(change.Entry, change.Before);
            _entries.RetireRecord(undone);
        }
        _writtenCount = -1;
    }

    /// <summary>Writes what this set changes, in the canonical form of docs/formats/write-set.md; before it is sealed.</summary>
    public void EncodeWriteSet(ByteWriter writer)
    {
        RequireOpen();
        WriteSetEncoder.Encode(_entries, SortedWrites(), writer);
    }

    internal void Open(ulong version)
    {
        _version = version;
        if (_journal.Length > KeptChanges) _journal = new Change[256];
        _changes = 0;
        _writtenCount = -1;
        IsOpen = true;
    }

    internal bool TryDelete(MapId map, ReadOnlySpan<byte> key)
    {
        RequireOpen();
        uint entry = _entries.Find(map, key);
        if (!_entries.TryRead(entry, _version, out _)) return false;
        uint newest = _entries.Header(entry).Newest;
        Note(entry, newest);
        _entries.SetNewest(entry, _entries.NewDeletion(_version, OlderThanSet(newest)));
        return true;
    }

    /// <summary>Closes the set and gives away the list of entries that it wrote, for <paramref name="spare"/>.</summary>
    internal uint[] Close(uint[] spare, out int count)
    {
        CollectWrites();
        for (int i = 0; i < _changes; i++)
            if (IsOfSet(_journal[i].Before)) _entries.RetireRecord(_journal[i].Before);
        IsOpen = false;
        count = _writtenCount;
        uint[] written = _written;
        _written = spare;
        return written;
    }

    internal void Undo()
    {
        RevertTo(0);
        IsOpen = false;
    }

    private void RequireOpen() => Invariant.Holds(IsOpen, "a transaction set is used between begin and seal");

    /// <summary>Records that this set wrote and replaced stand in the journal only, so a chain holds one record a version.</summary>
    private uint OlderThanSet(uint newest) => IsOfSet(newest) ? _entries.Record(newest).Older : newest;

    private bool IsOfSet(uint record) => record != Slabs.None && _entries.Record(record).Version == _version;

    private void Note(uint entry, uint before)
    {
        if (_changes == _journal.Length) Array.Resize(ref _journal, _changes * 2);
        _journal[_changes++] = new Change(entry, before);
        _writtenCount = -1;
    }

    private ReadOnlySpan<uint> SortedWrites()
    {
        CollectWrites();
        Span<uint> written = _written.AsSpan(0, _writtenCount);
        written.Sort(_byMapAndKey);
        return written;
    }

    /// <summary>The entries written, each once: by its first change.</summary>
    private void CollectWrites()
    {
        if (_writtenCount >= 0) return;
        _writtenCount = 0;
        if (_written.Length < _changes) _written = new uint[_journal.Length];
        for (int i = 0; i < _changes; i++)
            if (!IsOfSet(_journal[i].Before)) _written[_writtenCount++] = _journal[i].Entry;
    }

    private readonly record struct Change(uint Entry, uint Before);
}
