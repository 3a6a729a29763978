using System.Text;
using Coco.Primitives;

namespace Coco.Boundary;

/// <summary>
/// Messages as bytes: a kind, then the fields in order in the canonical codec (docs/formats/boundary.md). A frame is the 32-bit
/// length of that, and that. Decoded memories point into the frame.
/// </summary>
internal static class Fields
{
    /// <summary>A text over the limit is cut: an error that quotes a client's input must not end the boundary.</summary>
    public static void WriteText(this ByteWriter writer, string text) => writer.WriteText(text, Limits.MaxTextBytes);

    public static void WriteBool(this ByteWriter writer, bool value) => writer.WriteByte(value ? (byte)1 : (byte)0);
}

/// <summary>Reads one message's fields; after a failure every read gives defaults and <see cref="IsComplete"/> is false.</summary>
internal ref struct FieldReader(ReadOnlyMemory<byte> frame)
{
    private SpanReader _reader = new(frame.Span);
    private readonly ReadOnlyMemory<byte> _frame = frame;
    private bool _failed;

    /// <summary>All fields were there and nothing is left over.</summary>
    public readonly bool IsComplete => !_failed && _reader.IsAtEnd;

    public byte Byte()
    {
        _failed |= !_reader.TryReadByte(out byte value);
        return value;
    }

    public bool Bool()
    {
        byte value = Byte();
        _failed |= value > 1;
        return value == 1;
    }

    public ushort UInt16()
    {
        _failed |= !_reader.TryReadUInt16(out ushort value);
        return value;
    }

    public uint UInt32()
    {
        _failed |= !_reader.TryReadUInt32(out uint value);
        return value;
    }

    /// <summary>How many bytes are to come, in messages of their own.</summary>
    public int Length(int most)
    {
        uint value = UInt32();
        _failed |= value > (uint)most;
        return _failed ? 0 : (int)value;
    }

    public ulong UInt64()
    {
        _failed |= !_reader.TryReadUInt64(out ulong value);
        return value;
    }

    public Hash256 Hash()
    {
        _failed |= !_reader.TryReadHash(out Hash256 value);
        return value;
    }

    public ReadOnlyMemory<byte> Bytes(int limit)
    {
        if (_failed || !_reader.TryReadBytes(limit, out ReadOnlySpan<byte> bytes))
        {
            _failed = true;
            return default;
        }
        return _frame.Slice(_frame.Length - _reader.Remaining - bytes.Length, bytes.Length);
    }

    /// <summary>The count of a list; 0 and a failure where that many items of at least <paramref name="itemSize"/> bytes can't follow.</summary>
    public uint Count(int most, int itemSize)
    {
        uint count = UInt32();
        _failed |= count > (uint)most || count > (uint)(_reader.Remaining / itemSize);
        return _failed ? 0 : count;
    }

    public string Text()
    {
        ReadOnlyMemory<byte> bytes = Bytes(Limits.MaxTextBytes);
        return Encoding.UTF8.GetString(bytes.Span);
    }
}
