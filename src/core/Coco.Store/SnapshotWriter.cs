using System.Buffers;
using System.Buffers.Binary;
using Coco.Primitives;

namespace Coco.Store;

/// <summary>
/// Writes one version of all maps in canonical order (docs/formats/state-snapshot.md). One thread at a time, any thread: the
/// store's writer neither waits nor copies. The version stays pinned until disposal. Ordered maps are walked as they are; the keys of
/// the others are sorted by the first call (12 bytes each), which takes the longest.
/// </summary>
public sealed class SnapshotWriter : IDisposable
{
    private readonly VersionedStore _store;
    private readonly Entries _entries;
    private ReadOnlyMemory<uint>? _unordered;
    private uint _entry;
    private int _map;
    private ulong _count;
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
        if (_unordered is null)
        {
            _unordered = KeyOrder.Of(_store, _slot, Version);
            written = WriteHeader(writer);
            BeginMap();
        }
        while (!_isDone && TryWriteItem(writer, written == 0 ? int.MaxValue : maxBytes - written, out int bytes)) written += bytes;
        return true;
    }

    public void Dispose()
    {
        int slot = Interlocked.Exchange(ref _slot, -1);
        if (slot >= 0) _store.Release(slot);
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
        if (_entry != Slabs.None) return TryWriteRecord(writer, room, out bytes);
        bytes = 1;
        if (room < bytes) return false;
        writer.GetSpan(1)[0] = SnapshotFormat.EndOfMap;
        writer.Advance(1);
        _map++;
        BeginMap();
        return true;
    }

    private bool IsOrdered => _store.Maps[_map].Kind == MapKind.Ordered;

    /// <summary>Goes to the first entry of the map; none where it is empty, and after the last map.</summary>
    private void BeginMap()
    {
        _entry = Slabs.None;
        if (_map == _store.Maps.Count) return;
        _store.EnterEpoch(_slot);
        if (!IsOrdered) _entry = NextUnordered();
        else _entries.TryReadNext(_store.Maps[_map].Id, default, Version.Value, out _entry, out _);
        _store.LeaveEpoch(_slot);
    }

    /// <summary>Within an epoch. An entry that this version sees stays in its place, so what follows can be found from there at any time.</summary>
    private void GoOn()
    {
        if (!IsOrdered) _entry = NextUnordered();
        else _entries.TryReadAfter(_entry, Version.Value, out _entry, out _);
    }

    private uint NextUnordered()
    {
        if (_unordered!.Value.IsEmpty || _entries.Header(_unordered.Value.Span[0]).Map != _store.Maps[_map].Id.Value) return Slabs.None;
        uint entry = _unordered.Value.Span[0];
        _unordered = _unordered.Value[1..];
        return entry;
    }

    private bool TryWriteRecord(IBufferWriter<byte> writer, int room, out int bytes)
    {
        ReadOnlySpan<byte> key = _entries.KeyOf(_entry);
        bytes = 0;
        _store.EnterEpoch(_slot);
        Invariant.Holds(_entries.TryRead(_entry, Version.Value, out ReadOnlySpan<byte> value), "a pinned version stays");
        int most = key.Length + value.Length + (2 * Varint.MaxBytes);
        if (most <= room) GoOn();
        _store.LeaveEpoch(_slot);
        if (most > room) return false;
        Span<byte> into = writer.GetSpan(most);
        bytes = Varint.Write(into, (uint)key.Length + 1);
        key.CopyTo(into[bytes..]);
        bytes += key.Length;
        bytes += Varint.Write(into[bytes..], (uint)value.Length);
        value.CopyTo(into[bytes..]);
        bytes += value.Length;
        writer.Advance(bytes);
        _count++;
        return true;
    }

    private bool TryWriteCount(IBufferWriter<byte> writer, int room, out int bytes)
    {
        bytes = sizeof(ulong);
        if (room < bytes) return false;
        BinaryPrimitives.WriteUInt64LittleEndian(writer.GetSpan(bytes), _count);
        writer.Advance(bytes);
        _isDone = true;
        return true;
    }
}
