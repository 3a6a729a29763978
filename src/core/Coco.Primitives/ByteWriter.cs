using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Coco.Primitives;

/// <summary>Writes the canonical codec (see <see cref="SpanReader"/>) into one growing buffer that is reused after <see cref="Clear"/>.</summary>
public sealed class ByteWriter(int capacity = 256) : IBufferWriter<byte>
{
    /// <summary>A larger buffer is given back when little of it is used.</summary>
    private const int KeptBytes = 4 << 20;

    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(capacity);

    public int Length { get; private set; }

    /// <summary>Bytes that it can hold without growing.</summary>
    public int Capacity => _buffer.Length;
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, Length);
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    /// <summary>The bytes written so far, to be patched in place (a length known only afterwards).</summary>
    public Span<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>Empties it, and gives back the buffer that something unusually large left behind.</summary>
    public void Clear()
    {
        if (_buffer.Length > KeptBytes && Length < _buffer.Length / 16) _buffer = GC.AllocateUninitializedArray<byte>(capacity);
        Length = 0;
    }

    /// <summary>Drops what was written after the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length, nameof(length));
        Length = length;
    }

    public byte[] ToArray() => Span.ToArray();

    public void WriteByte(byte value) => Take(1)[0] = value;
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(sizeof(ushort)), value);
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);
    public void WriteHash(in Hash256 value) => value.CopyTo(Take(Hash256.Size));
    public void WriteFixed(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteUInt32((uint)value.Length);
        WriteFixed(value);
    }

    /// <summary>UTF-8 behind its length; cut before the character that would go over the limit: a text may quote what a client sent.</summary>
    public void WriteText(string text, int maxBytes)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(bytes.Length, maxBytes);
        while (length < bytes.Length && (bytes[length] & 0xc0) == 0x80) length--; // not inside a character
        WriteBytes(bytes.AsSpan(0, length));
    }

    /// <summary>Reserves <paramref name="length"/> bytes and returns them to be filled, whatever they hold.</summary>
    public Span<byte> Take(int length)
    {
        Ensure(length);
        Span<byte> span = _buffer.AsSpan(Length, length);
        Length += length;
        return span;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - Length), nameof(count));
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    private void Ensure(int more)
    {
        if (_buffer.Length - Length >= more) return;
        byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(checked(Length + more), _buffer.Length * 2));
        Span.CopyTo(larger);
        _buffer = larger;
    }
}
