using System.Buffers.Binary;

namespace Coco.Primitives;

/// <summary>
/// Reads the canonical codec: fixed-width little-endian integers, and byte strings behind a 32-bit length. Every read says
/// whether the bytes were there; nothing is allocated for a length that the input does not hold.
/// </summary>
public ref struct SpanReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    public readonly int Remaining => _rest.Length;
    public readonly bool IsAtEnd => _rest.IsEmpty;
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public bool TryReadByte(out byte value)
    {
        value = 0;
        if (_rest.IsEmpty) return false;
        value = _rest[0];
        _rest = _rest[1..];
        return true;
    }

    public bool TryReadUInt16(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16LittleEndian(_rest, out value)) return false;
        _rest = _rest[sizeof(ushort)..];
        return true;
    }

    public bool TryReadUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32LittleEndian(_rest, out value)) return false;
        _rest = _rest[sizeof(uint)..];
        return true;
    }

    public bool TryReadUInt64(out ulong value)
    {
        if (!BinaryPrimitives.TryReadUInt64LittleEndian(_rest, out value)) return false;
        _rest = _rest[sizeof(ulong)..];
        return true;
    }

    public bool TryReadHash(out Hash256 value)
    {
        value = default;
        if (!TryReadFixed(Hash256.Size, out ReadOnlySpan<byte> bytes)) return false;
        value = new Hash256(bytes);
        return true;
    }

    public bool TryReadFixed(int length, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (length < 0 || _rest.Length < length) return false;
        value = _rest[..length];
        _rest = _rest[length..];
        return true;
    }

    /// <summary>A byte string behind its 32-bit length, at most <paramref name="limit"/> long.</summary>
    public bool TryReadBytes(int limit, out ReadOnlySpan<byte> value)
    {
        value = default;
        return TryReadUInt32(out uint length) && length <= (uint)limit && TryReadFixed((int)length, out value);
    }
}
