using System.Buffers.Text;

namespace Coco.Bench;

/// <summary>
/// One request being written, with room before its body for the head of HTTP, so that both leave in one write. Grows to the
/// largest request and is then reused without allocation.
/// </summary>
public sealed class RequestBuffer
{
    /// <summary>Room for the request line and the headers; longer host names than this allows are refused by DNS.</summary>
    public const int HeadRoom = 512;

    private byte[] _bytes = new byte[4096];
    private int _end = HeadRoom;

    public ReadOnlyMemory<byte> Body => _bytes.AsMemory(HeadRoom, _end - HeadRoom);

    public void Clear() => _end = HeadRoom;

    public void Append(ReadOnlySpan<byte> text)
    {
        Ensure(text.Length);
        text.CopyTo(_bytes.AsSpan(_end));
        _end += text.Length;
    }

    /// <summary>Lower-case hex digits, without quotes and 0x.</summary>
    public void AppendHex(ReadOnlySpan<byte> value)
    {
        Ensure(value.Length * 2);
        bool fits = Convert.TryToHexStringLower(value, _bytes.AsSpan(_end), out int written);
        System.Diagnostics.Debug.Assert(fits);
        _end += written;
    }

    public void AppendNumber(int value)
    {
        Ensure(11);
        Utf8Formatter.TryFormat(value, _bytes.AsSpan(_end), out int written);
        _end += written;
    }

    /// <summary>Puts <paramref name="head"/>, the body's length and the empty line before the body; returns it all.</summary>
    public ReadOnlyMemory<byte> WithHead(ReadOnlySpan<byte> head)
    {
        Span<byte> tail = stackalloc byte[16];
        Utf8Formatter.TryFormat(_end - HeadRoom, tail, out int digits);
        "\r\n\r\n"u8.CopyTo(tail[digits..]);
        int start = HeadRoom - head.Length - digits - 4;
        head.CopyTo(_bytes.AsSpan(start));
        tail[..(digits + 4)].CopyTo(_bytes.AsSpan(start + head.Length));
        return _bytes.AsMemory(start, _end - start);
    }

    private void Ensure(int more)
    {
        if (_bytes.Length - _end < more) Array.Resize(ref _bytes, Math.Max(_end + more, _bytes.Length * 2));
    }
}
