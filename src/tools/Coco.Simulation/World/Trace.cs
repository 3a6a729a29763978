using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coco.Simulation.World;

/// <summary>
/// What happened in a run, as a digest. Signatures are random and stay out of it, and so does every digest that covers one: it is made
/// of times, places, kinds and numbers.
/// </summary>
internal sealed class Trace : IDisposable
{
    private const int RecordSize = 4 * sizeof(ulong);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[RecordSize * 256];
    private int _length;

    public void Add(long at, int host, string kind, ulong value)
    {
        if (_length == _buffer.Length) Flush();
        Span<byte> record = _buffer.AsSpan(_length, RecordSize);
        BinaryPrimitives.WriteInt64LittleEndian(record, at);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], host);
        BinaryPrimitives.WriteUInt64LittleEndian(record[16..], NumberOf(kind));
        BinaryPrimitives.WriteUInt64LittleEndian(record[24..], value);
        _length += RecordSize;
    }

    public byte[] Finish()
    {
        Flush();
        return _hash.GetHashAndReset();
    }

    public void Dispose() => _hash.Dispose();

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _length);
        _length = 0;
    }

    /// <summary>FNV-1a: string hash codes differ from process to process.</summary>
    private static ulong NumberOf(string kind)
    {
        ulong hash = 14695981039346656037;
        foreach (char letter in kind) hash = (hash ^ letter) * 1099511628211;
        return hash;
    }
}
