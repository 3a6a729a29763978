using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Coco.Primitives;

namespace Coco.Store;

/// <summary>
/// Builds a store from the bytes of a snapshot (docs/formats/state-snapshot.md), which come in parts cut anywhere and may be
/// anything. After a refusal the loader refuses all else. What runs for each record is compiled well at once, here and below: a node that
/// starts has loaded its state before the runtime has counted enough calls.
/// </summary>
public sealed class SnapshotLoader : IDisposable
{
    private const int FixedHeaderBytes = 19;
    private const int MapBytes = 3;

    private readonly VersionedStore _store;
    private readonly ByteWriter _rest = new(1 << 12);
    private readonly byte[] _lastKey = new byte[StoreLimits.MaxKeyBytes];
    private State _state = State.Header;
    private BatchNumber _version;
    private ulong _count;
    private int _map;
    private int _lastKeyLength = -1;

    public SnapshotLoader(
        IReadOnlyList<MapDescription> maps, StoreLimits? limits = null, ulong hashSeed = VersionedStore.DefaultHashSeed) =>
        _store = new VersionedStore(maps, limits, hashSeed);

    private enum State
    {
        Header,
        Records,
        Complete,
        Refused,
        Given,
    }

    /// <summary>Takes the next bytes; false, for good, where they are not those of a snapshot of these maps.</summary>
    public bool TryFeed(ReadOnlySpan<byte> bytes)
    {
        if (_state == State.Complete && !bytes.IsEmpty) _state = State.Refused;
        if (_state is State.Refused or State.Given) return false;
        if (_rest.Length == 0)
        {
            Keep(bytes[Consume(bytes)..]);
            return _state != State.Refused;
        }
        _rest.WriteFixed(bytes);
        int consumed = Consume(_rest.Span);
        if (consumed == 0 && _state == State.Records) return true;
        byte[] left = _rest.Span[consumed..].ToArray();
        _rest.Clear();
        Keep(left);
        return _state != State.Refused;
    }

    /// <summary>The store, which stands at the snapshot's version as committed; false while bytes are missing or after a refusal.</summary>
    public bool TryFinish(out VersionedStore? store)
    {
        store = null;
        if (_state != State.Complete) return false;
        _store.StandAt(_version);
        _state = State.Given;
        store = _store;
        return true;
    }

    /// <summary>Frees what was loaded, unless it was given away.</summary>
    public void Dispose()
    {
        if (_state != State.Given) _store.Dispose();
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_state == State.Complete && !bytes.IsEmpty) _state = State.Refused;
        if (_state != State.Refused) _rest.WriteFixed(bytes);
    }

    /// <summary>Reads whole items and returns how many bytes they took.</summary>
    private int Consume(ReadOnlySpan<byte> bytes)
    {
        int consumed = 0;
        while (_state is State.Header or State.Records)
        {
            OperationStatus status = _state == State.Header
                ? ReadHeader(bytes[consumed..], out int taken)
                : ReadItem(bytes[consumed..], out taken);
            if (status == OperationStatus.InvalidData) _state = State.Refused;
            if (status != OperationStatus.Done) break;
            consumed += taken;
        }
        return consumed;
    }

    private OperationStatus ReadHeader(ReadOnlySpan<byte> bytes, out int taken)
    {
        IReadOnlyList<MapDescription> maps = _store.Maps;
        taken = FixedHeaderBytes + (maps.Count * MapBytes);
        int known = Math.Min(bytes.Length, SnapshotFormat.Magic.Length);
        if (!bytes[..known].SequenceEqual(SnapshotFormat.Magic[..known])) return OperationStatus.InvalidData;
        if (bytes.Length < taken) return OperationStatus.NeedMoreData;
        _version = new BatchNumber(BinaryPrimitives.ReadUInt64LittleEndian(bytes[9..]));
        bool isKnown = bytes[8] == SnapshotFormat.Format && _version.Value < long.MaxValue
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes[17..]) == maps.Count;
        for (int i = 0; isKnown && i < maps.Count; i++)
        {
            ReadOnlySpan<byte> map = bytes[(FixedHeaderBytes + (i * MapBytes))..];
            isKnown = BinaryPrimitives.ReadUInt16LittleEndian(map) == maps[i].Id.Value && map[2] == (byte)maps[i].Kind;
        }
        _state = State.Records;
        return isKnown ? OperationStatus.Done : OperationStatus.InvalidData;
    }

    private OperationStatus ReadItem(ReadOnlySpan<byte> bytes, out int taken)
    {
        taken = sizeof(ulong);
        if (_map == _store.Maps.Count) return ReadCount(bytes);
        OperationStatus status = Varint.Read(bytes, out uint head, out taken);
        if (status != OperationStatus.Done) return status;
        if (head != SnapshotFormat.EndOfMap) return ReadRecord(bytes, (int)Math.Min(head - 1, int.MaxValue), ref taken);
        _map++;
        _lastKeyLength = -1;
        return OperationStatus.Done;
    }

    private OperationStatus ReadCount(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(ulong)) return OperationStatus.NeedMoreData;
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != _count) return OperationStatus.InvalidData;
        _state = State.Complete;
        return OperationStatus.Done;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private OperationStatus ReadRecord(ReadOnlySpan<byte> bytes, int keyLength, ref int taken)
    {
        if (keyLength > StoreLimits.MaxKeyBytes) return OperationStatus.InvalidData;
        if (bytes.Length - taken < keyLength) return OperationStatus.NeedMoreData;
        ReadOnlySpan<byte> key = bytes.Slice(taken, keyLength);
        OperationStatus status = Varint.Read(bytes[(taken + keyLength)..], out uint valueLength, out int lengthBytes);
        if (status != OperationStatus.Done) return status;
        if (valueLength > StoreLimits.MaxValueBytes) return OperationStatus.InvalidData;
        taken += keyLength + lengthBytes;
        if (bytes.Length - taken < (int)valueLength) return OperationStatus.NeedMoreData;
        ReadOnlySpan<byte> value = bytes.Slice(taken, (int)valueLength);
        taken += value.Length;
        return TryAdd(key, value) ? OperationStatus.Done : OperationStatus.InvalidData;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (_lastKeyLength >= 0 && key.SequenceCompareTo(_lastKey.AsSpan(0, _lastKeyLength)) <= 0) return false;
        key.CopyTo(_lastKey);
        _lastKeyLength = key.Length;
        _store.Load(_store.Maps[_map].Id, key, _version, value);
        _count++;
        return true;
    }
}
