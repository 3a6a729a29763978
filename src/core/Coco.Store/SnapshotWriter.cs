using System.Buffers;
using System.Buffers.Binary;
using Coco.Primitives;

namespace Coco.Store;

/// <summary>
/// Writes one version of all maps in canonical order (docs/formats/state-snapshot.md). One thread at a time, any thread: the
/// store's writer neither waits nor copies. The version stays pinned until disposal; the first call also sorts the keys (4 bytes
/// each) and takes the longest.
/// </summary>
public sealed class SnapshotWriter : IDisposable
{
    private readonly VersionedStore _store;
    private readonly Entries _entries;
    private List<uint>? _order;
    private int _next;
    private int _map;
    private bool _isDone;
    private int _slot;

    internal SnapshotWriter(VersionedStore store, int slot, BatchNumber version)
    {
        _store = store;
        _entries = store.Entries;
        _slot = slot;
        Version = version;
    }

    public BatchNumber Version { get; }

    /// <summary>
    /// Appends the next part of at most <paramref name="maxBytes"/>, or one record where that is longer; false when all was
    /// written before.
    /// </summary>
    public bool TryWriteNext(IBufferWriter<byte> writer, int maxBytes)
    {
        ObjectDisposedException.ThrowIf(_slot < 0, this);
        if (_isDone) return false;
        int written = 0;
        if (_order is null)
        {
            _order = CollectOrder();
            written = WriteHeader(writer);
        }
        while (!_isDone && TryWriteItem(writer, written == 0 ? int.MaxValue : maxBytes - written, out int bytes)) written += bytes;
        return true;
    }

    public void Dispose()
    {
        int slot = Interlocked.Exchange(ref _slot, -1);
        if (slot >= 0) _store.Release(slot);
    }

    /// <summary>
    /// The keys of this version in order. Their entries stay while the version is pinned, so only the walk over the index needs
    /// an epoch, and only for one segment at a time.
    /// </summary>
    private List<uint> CollectOrder()
    {
        var order = new List<uint>();
        var segment = new List<uint>();
        for (ulong tag = 0; tag <= uint.MaxValue;)
        {
            _store.EnterEpoch(_slot);
            tag = _entries.CopySegment((uint)tag, segment);
            foreach (uint entry in segment)
                if (_entries.TryRead(entry, Version.Value, out _)) order.Add(entry);
            segment.Clear();
            _store.LeaveEpoch(_slot);
        }
        order.Sort(new EntryOrder(_entries).Compare);
        return order;
    }

    private int WriteHeader(IBufferWriter<byte> writer)
    {
        int length = SnapshotFormat.Magic.Length + 1 + sizeof(ulong) + sizeof(ushort) + (_store.Maps.Count * 3);
        Span<byte> into = writer.GetSpan(length);
        SnapshotFormat.Magic.CopyTo(into);
        into[8] = SnapshotFormat.Format;
        BinaryPrimitives.WriteUInt64LittleEndian(into[9..], Version.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(into[17..], (ushort)_store.Maps.Count);
        for (int i = 0; i < _store.Maps.Count; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(into[(19 + (i * 3))..], _store.Maps[i].Id.Value);
            into[21 + (i * 3)] = (byte)_store.Maps[i].Kind;
        }
        writer.Advance(length);
        return length;
    }

    /// <summary>Writes a record, the end of a map or, after the last map, the count; false where it does not fit.</summary>
    private bool TryWriteItem(IBufferWriter<byte> writer, int room, out int bytes)
    {
        if (_map == _store.Maps.Count) return TryWriteCount(writer, room, out bytes);
        uint entry = _next < _order!.Count ? _order[_next] : Slabs.None;
        if (entry != Slabs.None && _entries.Header(entry).Map == _store.Maps[_map].Id.Value)
        {
            if (!TryWriteRecord(writer, entry, room, out bytes)) return false;
            _next++;
            return true;
        }
        bytes = 1;
        if (room < bytes) return false;
        writer.GetSpan(1)[0] = SnapshotFormat.EndOfMap;
        writer.Advance(1);
        _map++;
        return true;
    }

    private bool TryWriteRecord(IBufferWriter<byte> writer, uint entry, int room, out int bytes)
    {
        ReadOnlySpan<byte> key = _entries.KeyOf(entry);
        bytes = 0;
        _store.EnterEpoch(_slot);
        Invariant.Holds(_entries.TryRead(entry, Version.Value, out ReadOnlySpan<byte> value), "a pinned version stays");
        _store.LeaveEpoch(_slot);
        int most = key.Length + value.Length + (2 * Varint.MaxBytes);
        if (most > room) return false;
        Span<byte> into = writer.GetSpan(most);
        bytes = Varint.Write(into, (uint)key.Length + 1);
        key.CopyTo(into[bytes..]);
        bytes += key.Length;
        bytes += Varint.Write(into[bytes..], (uint)value.Length);
        value.CopyTo(into[bytes..]);
        bytes += value.Length;
        writer.Advance(bytes);
        return true;
    }

    private bool TryWriteCount(IBufferWriter<byte> writer, int room, out int bytes)
    {
        bytes = sizeof(ulong);
        if (room < bytes) return false;
        BinaryPrimitives.WriteUInt64LittleEndian(writer.GetSpan(bytes), (ulong)_order!.Count);
        writer.Advance(bytes);
        _isDone = true;
        return true;
    }
}
