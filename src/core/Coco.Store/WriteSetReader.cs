using Coco.Primitives;

namespace Coco.Store;

/// <summary>Walks an encoded write set in its order, for those who derive something from it. The bytes may be anything.</summary>
public ref struct WriteSetReader(ReadOnlySpan<byte> encoded)
{
    private SpanReader _reader = new(encoded);
    private bool _hasStarted;
    private uint _left;

    /// <summary>The bytes were no write set; what was read before stands.</summary>
    public bool IsBroken { get; private set; }

    public MapId Map { get; private set; }
    public bool IsPut { get; private set; }
    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>Empty for a deletion.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Goes to the next write; false at the end and where the bytes are broken.</summary>
    public bool TryNext()
    {
        if (IsBroken || (_left == 0 && !TryStartMap())) return false;
        _left--;
        IsBroken = true;
        if (!Varint.TryRead(ref _reader, out uint head) || head >> 1 > StoreLimits.MaxKeyBytes
            || !_reader.TryReadFixed((int)(head >> 1), out ReadOnlySpan<byte> key)) return false;
        Key = key;
        IsPut = (head & 1) != 0;
        Value = default;
        if (IsPut)
        {
            if (!Varint.TryRead(ref _reader, out uint length) || length > StoreLimits.MaxValueBytes
                || !_reader.TryReadFixed((int)length, out ReadOnlySpan<byte> value)) return false;
            Value = value;
        }
        IsBroken = false;
        return true;
    }

    private bool TryStartMap()
    {
        if (!_hasStarted)
        {
            _hasStarted = true;
            IsBroken = !_reader.TryReadByte(out byte format) || format != WriteSetEncoder.Format;
        }
        if (IsBroken || _reader.IsAtEnd) return false;
        IsBroken = !Varint.TryRead(ref _reader, out uint map) || map > ushort.MaxValue
            || !Varint.TryRead(ref _reader, out _left) || _left == 0;
        Map = new MapId((ushort)map);
        return !IsBroken;
    }
}
