using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>A snapshot file of which the start is authentic; what it holds is what the log names by <see cref="Digest"/>, or it can't be read.</summary>
/// <param name="Length">Of the file, in bytes.</param>
public sealed record SnapshotFacts(SnapshotHeader Header, Hash256 Digest, long Length)
{
    public LogIndex Index => Header.Index;
}

/// <summary>Names of the files beside a ledger that hold snapshots (docs/formats/snapshot-file.md), and a look at one without reading its state.</summary>
public static class SnapshotFile
{
    /// <summary>Ends the names of files that are being written; a start deletes those.</summary>
    public const string PartSuffix = ".part";

    private const string Prefix = "snapshot_";
    private const string ProofSuffix = ".proof";
    private const int Digits = 20;

    public static string Name(LogIndex index) => $"{Prefix}{index.Value:D20}";

    public static string ProofName(LogIndex index) => Name(index) + ProofSuffix;

    public static bool TryParseName(string file, out LogIndex index)
    {
        index = default;
        if (file.Length != Prefix.Length + Digits || !file.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        foreach (char digit in file.AsSpan(Prefix.Length))
            if (!char.IsAsciiDigit(digit)) return false;
        if (!ulong.TryParse(file.AsSpan(Prefix.Length), out ulong value) || value == 0) return false;
        index = new LogIndex(value);
        return true;
    }

    /// <summary>
    /// Reads the start, the first block, which says that the start is authentic, and the end. Null where the file is not what a
    /// manager of the network wrote, as far as that shows without the rest.
    /// </summary>
    public static SnapshotFacts? TryOpen(ILedgerFiles files, string file, SecretKey sessionKey)
    {
        long length = files.Length(file);
        using var reader = new SnapshotReader();
        long at = 0;
        byte[] buffer = [];
        while (!reader.IsAfterBlock)
        {
            int next = reader.NextLength;
            if (next > length - at) return null;
            if (buffer.Length < next) buffer = new byte[next];
            bool isStart = reader.Header is null;
            if (files.Read(file, at, buffer.AsSpan(0, next)) != next || !reader.TryTake(buffer.AsSpan(0, next), out _)) return null;
            if (isStart && reader.Header is not null) reader.Unlock(sessionKey);
            at += next;
        }
        Span<byte> end = stackalloc byte[Hash256.Size];
        if (length - at < end.Length || files.Read(file, length - end.Length, end) != end.Length) return null;
        return new SnapshotFacts(reader.Header!, reader.DigestWith(new Hash256(end)), length);
    }

    /// <summary>Reads and checks the whole file; null where it does not hold what its end says.</summary>
    public static SnapshotFacts? TryCheck(ILedgerFiles files, string file, SecretKey sessionKey)
    {
        using var stream = new SnapshotStream(files, file, sessionKey);
        while (stream.TryNext(out _, out bool isLast))
            if (isLast) return new SnapshotFacts(stream.Header!, stream.Digest, stream.Length);
        return null;
    }
}

/// <summary>Reads the state out of a snapshot file, block by block; the last one only when the digest over all of them is right.</summary>
public sealed class SnapshotStream(ILedgerFiles files, string file, SecretKey sessionKey) : IDisposable
{
    private readonly SnapshotReader _reader = new();
    private readonly byte[] _end = new byte[Hash256.Size];
    private byte[] _buffer = [];
    private long _at;

    public SnapshotHeader? Header => _reader.Header;

    /// <summary>Over header and state; after the last block.</summary>
    public Hash256 Digest => _reader.Digest;

    /// <summary>How many bytes of the file were read.</summary>
    public long Length => _at;

    /// <summary>The next block, valid until the next call; false where the file is not what was written.</summary>
    public bool TryNext(out ReadOnlySpan<byte> clear, out bool isLast)
    {
        clear = default;
        isLast = false;
        do
        {
            bool isStart = _reader.Header is null;
            if (!TryRead(_reader.NextLength, out ReadOnlySpan<byte> bytes) || !_reader.TryTake(bytes, out clear)) return false;
            if (isStart && _reader.Header is not null) _reader.Unlock(sessionKey);
        } while (!_reader.IsAfterBlock);
        isLast = _reader.IsAtDigest;
        if (!isLast) return true;
        if (files.Read(file, _at, _end) != _end.Length || files.Length(file) != _at + _end.Length) return false;
        _at += _end.Length;
        return _reader.TryTake(_end, out _);
    }

    public void Dispose() => _reader.Dispose();

    private bool TryRead(int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length == 0) return false;
        if (_buffer.Length < length) _buffer = new byte[length];
        if (files.Read(file, _at, _buffer.AsSpan(0, length)) != length) return false;
        _at += length;
        bytes = _buffer.AsSpan(0, length);
        return true;
    }
}
