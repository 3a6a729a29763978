using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Coco.Bench;

/// <summary>Collects one HTTP/1.1 response (RFC 9112) with a Content-Length or in chunks.</summary>
internal sealed class HttpResponseBuffer
{
    /// <summary>The largest answer that is read: far above the logs of any block, far below the machine's memory.</summary>
    private const int MaxResponseBytes = 256 << 20;

    private byte[] _bytes = new byte[16 << 10];
    private int _end;
    private int _bodyStart;
    private int _bodyLength;
    private bool _isChunked;
    private int _chunkPosition;

    public bool Closes { get; private set; }

    public ReadOnlyMemory<byte> Body => _bytes.AsMemory(_bodyStart, _bodyLength);

    public Memory<byte> Free
    {
        get
        {
            if (_end == _bytes.Length) Array.Resize(ref _bytes, _bytes.Length * 2);
            return _bytes.AsMemory(_end);
        }
    }

    public void Advance(int read)
    {
        _end += read;
        if (_end > MaxResponseBytes) throw new IOException("The answer is too large.");
    }

    public void Clear() => (_end, _bodyStart, _bodyLength, _isChunked, Closes) = (0, 0, 0, false, false);

    /// <summary>Whether the response is complete.</summary>
    public bool TryParse()
    {
        if (_bodyStart == 0 && !TryParseHead()) return false;
        return _isChunked ? TryJoinChunks() : _end - _bodyStart >= _bodyLength;
    }

    private bool TryParseHead()
    {
        ReadOnlySpan<byte> all = _bytes.AsSpan(0, _end);
        int end = all.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        ReadOnlySpan<byte> head = all[..end];
        if (!head.StartsWith("HTTP/1.1 200"u8))
            throw new IOException($"HTTP answer: {Encoding.ASCII.GetString(head[..Math.Max(0, head.IndexOfAny("\r\n"u8))])}");
        _bodyStart = _chunkPosition = end + 4;
        while (!head.IsEmpty)
        {
            int line = head.IndexOf("\r\n"u8);
            ParseHeader(line < 0 ? head : head[..line]);
            head = line < 0 ? [] : head[(line + 2)..];
        }
        return true;
    }

    private void ParseHeader(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        if (colon < 0) return;
        ReadOnlySpan<byte> name = line[..colon];
        ReadOnlySpan<byte> value = line[(colon + 1)..].Trim((byte)' ');
        if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
        {
            if (!Utf8Parser.TryParse(value, out _bodyLength, out _) || _bodyLength < 0) throw new IOException("A wrong Content-Length.");
        }
        else if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8)) _isChunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
        else if (Ascii.EqualsIgnoreCase(name, "connection"u8)) Closes = Ascii.EqualsIgnoreCase(value, "close"u8);
    }

    /// <summary>Moves complete chunks together, right behind the head.</summary>
    private bool TryJoinChunks()
    {
        while (true)
        {
            Span<byte> rest = _bytes.AsSpan(_chunkPosition, _end - _chunkPosition);
            int line = rest.IndexOf("\r\n"u8);
            if (line < 0) return false;
            int size = int.Parse(Encoding.ASCII.GetString(rest[..line]).Split(';')[0].Trim(), NumberStyles.HexNumber);
            if (rest.Length < line + 2 + size + 2) return false;
            if (size == 0) return true;
            rest.Slice(line + 2, size).CopyTo(_bytes.AsSpan(_bodyStart + _bodyLength));
            _bodyLength += size;
            _chunkPosition += line + 2 + size + 2;
        }
    }
}
