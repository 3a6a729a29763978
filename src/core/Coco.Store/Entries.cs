using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Coco.Primitives;

namespace Coco.Store;

/// <summary>All keys of a store with their version chains, newest first. Lookups from any thread, changes by the writer.</summary>
internal sealed class Entries
{
    private readonly Slabs _slabs;
    private readonly Reclaimer _reclaimer;
    private readonly KeyHash _hash;
    private readonly HashIndex _index;
    private readonly OrderedIndex?[] _ordered;
    private readonly bool[] _known;
    private readonly List<ulong> _loaded = [];

    public Entries(Slabs slabs, Reclaimer reclaimer, IReadOnlyList<MapDescription> maps, ulong hashSeed)
    {
        _slabs = slabs;
        _reclaimer = reclaimer;
        _hash = new KeyHash(hashSeed);
        _index = new HashIndex(slabs, reclaimer);
        int top = maps.Count == 0 ? 0 : maps.Max(map => map.Id.Value) + 1;
        _ordered = new OrderedIndex?[top];
        _known = new bool[top];
        foreach (MapDescription map in maps)
        {
            Invariant.Holds(!_known[map.Id.Value], "each map has a number of its own");
            _known[map.Id.Value] = true;
            if (map.Kind == MapKind.Ordered) _ordered[map.Id.Value] = new OrderedIndex(slabs);
        }
    }

    /// <summary>Keys held, with those whose deletion is not reclaimed yet.</summary>
    public long Count { get; private set; }

    public long Records { get; private set; }

    public bool IsKnown(MapId map) => map.Value < _known.Length && _known[map.Value];

    /// <summary>The entry of a key, or none.</summary>
    public uint Find(MapId map, ReadOnlySpan<byte> key) => Find(map, key, out _);

    public uint Find(MapId map, ReadOnlySpan<byte> key, out ulong hash)
    {
        Invariant.Holds(IsKnown(map), "a map is described before it is used");
        hash = _hash.Of(map.Value, key);
        return _index.Find((uint)(hash >> 32), map.Value, key);
    }

    /// <summary>Finds the value that a reader of <paramref name="version"/> sees; no allocation, any thread.</summary>
    public bool TryRead(uint entry, ulong version, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (entry == Slabs.None) return false;
        uint record = Volatile.Read(ref _slabs.At<EntryHeader>(entry).Newest);
        while (record != Slabs.None)
        {
            ref VersionHeader header = ref _slabs.At<VersionHeader>(record);
            if (header.Version > version)
            {
                record = Volatile.Read(ref header.Older);
                continue;
            }
            if (header.IsDeletion) return false;
            value = _slabs.Bytes(record, VersionHeader.Bytes, header.Length);
            return true;
        }
        return false;
    }

    /// <summary>The first key at or after <paramref name="from"/> that a reader of <paramref name="version"/> sees.</summary>
    public bool TryReadNext(
        MapId map, ReadOnlySpan<byte> from, ulong version, out uint entry, out ReadOnlySpan<byte> value)
    {
        OrderedIndex ordered = OrderedOf(map);
        return TryReadFrom(ordered, ordered.Seek(from), version, out entry, out value);
    }

    /// <summary>The first key behind that of <paramref name="after"/>, which the reader sees.</summary>
    public bool TryReadAfter(uint after, ulong version, out uint entry, out ReadOnlySpan<byte> value)
    {
        OrderedIndex ordered = OrderedOf(new MapId(Header(after).Map));
        return TryReadFrom(ordered, ordered.Next(after), version, out entry, out value);
    }

    public ReadOnlySpan<byte> KeyOf(uint entry)
    {
        ref EntryHeader header = ref _slabs.At<EntryHeader>(entry);
        return _slabs.Bytes(entry, header.KeyOffset, header.KeyLength);
    }

    public bool IsOrdered(uint entry) => _ordered[Header(entry).Map] is not null;

    public ref EntryHeader Header(uint entry) => ref _slabs.At<EntryHeader>(entry);

    public ref VersionHeader Record(uint record) => ref _slabs.At<VersionHeader>(record);

    public ReadOnlySpan<byte> ValueOf(uint record) =>
        _slabs.Bytes(record, VersionHeader.Bytes, Record(record).Length);

    public ulong CopySegment(uint tag, List<uint> entries) => _index.CopySegment(tag, entries);

    public uint NewRecord(ulong version, uint older, ReadOnlySpan<byte> value)
    {
        uint record = AllocateRecord(version, older, value.Length);
        value.CopyTo(_slabs.Bytes(record, VersionHeader.Bytes, value.Length));
        return record;
    }

    public uint NewDeletion(ulong version, uint older) => AllocateRecord(version, older, VersionHeader.Deleted);

    /// <summary>Adds a key with its first record.</summary>
    public uint Insert(MapId map, ReadOnlySpan<byte> key, ulong hash, uint newest)
    {
        uint entry = NewEntry(map, key, hash, newest);
        _index.Insert(Header(entry).Tag, entry);
        return entry;
    }

    /// <summary>The same for one of the keys of a snapshot, in their order: none is found before <see cref="EndLoad"/>.</summary>
    public void Load(MapId map, ReadOnlySpan<byte> key, uint newest)
    {
        uint entry = NewEntry(map, key, _hash.Of(map.Value, key), newest);
        _loaded.Add(HashIndex.WordOf(Header(entry).Tag, entry));
    }

    /// <summary>All keys of the snapshot were given: from now on they are found.</summary>
    public void EndLoad()
    {
        _index.Fill(CollectionsMarshal.AsSpan(_loaded));
        _loaded.Clear();
        _loaded.TrimExcess();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint NewEntry(MapId map, ReadOnlySpan<byte> key, ulong hash, uint newest)
    {
        OrderedIndex? ordered = _ordered[map.Value];
        var header = new EntryHeader
        {
            Newest = newest,
            Tag = (uint)(hash >> 32),
            Map = map.Value,
            KeyLength = (ushort)key.Length,
            Height = (ushort)(ordered is null ? 0 : OrderedIndex.HeightOf((uint)hash)),
        };
        uint entry = _slabs.Allocate(header.BlockBytes);
        Header(entry) = header;
        key.CopyTo(_slabs.Bytes(entry, header.KeyOffset, key.Length));
        ordered?.Insert(entry);
        Count++;
        return entry;
    }

    /// <summary>Makes a record the newest of its key; with none, the key leaves the store.</summary>
    public void SetNewest(uint entry, uint record)
    {
        Volatile.Write(ref Header(entry).Newest, record);
        if (record != Slabs.None) return;
        EntryHeader header = Header(entry);
        _index.Remove(header.Tag, entry);
        _ordered[header.Map]?.Remove(entry);
        _reclaimer.Retire(entry, header.BlockBytes);
        Count--;
    }

    public void RetireRecord(uint record)
    {
        _reclaimer.Retire(record, Record(record).BlockBytes);
        Records--;
    }

    private OrderedIndex OrderedOf(MapId map)
    {
        Invariant.Holds(IsKnown(map), "a map is described before it is used");
        OrderedIndex? ordered = _ordered[map.Value];
        Invariant.Holds(ordered is not null, "only an ordered map is walked by range");
        return ordered;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryReadFrom(
        OrderedIndex ordered, uint at, ulong version, out uint entry, out ReadOnlySpan<byte> value)
    {
        for (entry = at; entry != Slabs.None; entry = ordered.Next(entry))
            if (TryRead(entry, version, out value)) return true;
        value = default;
        return false;
    }

    private uint AllocateRecord(ulong version, uint older, int length)
    {
        uint record = _slabs.Allocate(VersionHeader.Bytes + Math.Max(length, 0));
        Record(record) = new VersionHeader { Version = version, Older = older, Length = length };
        Records++;
        return record;
    }
}
