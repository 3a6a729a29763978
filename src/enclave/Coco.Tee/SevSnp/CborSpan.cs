using System.Buffers.Binary;

namespace Coco.Tee;

/// <summary>
/// Reads the definite-length part of CBOR (RFC 8949) that COSE headers need. Every read says whether the bytes were there; lengths
/// are never believed beyond the input.
/// </summary>
internal ref struct CborSpan(ReadOnlySpan<byte> source)
{
    private const int MaxDepth = 8;

    private ReadOnlySpan<byte> _rest = source;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The head of an item: its major type and its argument.</summary>
    public bool TryReadHead(out int major, out ulong argument)
    {
        (major, argument) = (0, 0);
        if (_rest.IsEmpty) return false;
        major = _rest[0] >> 5;
        int info = _rest[0] & 0x1F;
        int size = info switch { < 24 => 0, 24 => 1, 25 => 2, 26 => 4, 27 => 8, _ => -1 };
        if (size < 0 || _rest.Length < 1 + size) return false;
        ReadOnlySpan<byte> bytes = _rest[1..(1 + size)];
        argument = size switch
        {
            0 => (ulong)info,
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };
        _rest = _rest[(1 + size)..];
        return true;
    }

    public bool TryReadArray(out int count) => TryReadCount(4, out count);

    public bool TryReadMap(out int count) => TryReadCount(5, out count);

    public bool TryReadBytes(out ReadOnlySpan<byte> value) => TryReadString(2, out value);

    public bool TryReadText(out ReadOnlySpan<byte> value) => TryReadString(3, out value);

    /// <summary>A signed integer of 63 bits.</summary>
    public bool TryReadInteger(out long value)
    {
        value = 0;
        if (!TryReadHead(out int major, out ulong argument) || major > 1 || argument > long.MaxValue) return false;
        value = major == 0 ? (long)argument : -1 - (long)argument;
        return true;
    }

    public readonly int PeekMajor() => _rest.IsEmpty ? -1 : _rest[0] >> 5;

    public bool TrySkip(int depth = 0)
    {
        if (depth > MaxDepth || !TryReadHead(out int major, out ulong argument)) return false;
        if (major is 2 or 3) return TryTake(argument, out _);
        if (major is 0 or 1 or 7) return true;
        if (argument > (ulong)_rest.Length) return false;
        ulong items = major switch { 4 => argument, 5 => argument * 2, _ => 1 };
        for (ulong i = 0; i < items; i++)
            if (!TrySkip(depth + 1)) return false;
        return true;
    }

    private bool TryReadCount(int wanted, out int count)
    {
        count = 0;
        if (!TryReadHead(out int major, out ulong argument) || major != wanted || argument > (ulong)_rest.Length) return false;
        count = (int)argument;
        return true;
    }

    private bool TryReadString(int wanted, out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryReadHead(out int major, out ulong length) && major == wanted && TryTake(length, out value);
    }

    private bool TryTake(ulong length, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (length > (ulong)_rest.Length) return false;
        value = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }
}
