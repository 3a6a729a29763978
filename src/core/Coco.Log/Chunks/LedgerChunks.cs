using System.Buffers;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// What this VN knows of its chunk files: per chunk its first entry, the leaf before it and its length, and for the chunks used
/// last where each entry stands and what its leaf is. Shared by writer and reader. What is in here was checked, so what is
/// read from the disk again is checked against it.
/// </summary>
public sealed class LedgerChunks
{
    private readonly List<Chunk> _chunks = [];
    private readonly List<ChunkMap> _maps = [];
    private readonly ILedgerFiles _files;

    /// <summary>The first entry that may not be on the disk yet; null: all of them are.</summary>
    private LogIndex? _unsynced;

    /// <summary>An empty ledger that goes on after <paramref name="start"/>: that of a snapshot, or of nothing.</summary>
    public LedgerChunks(ILedgerFiles files, Hash256 network, MerkleFrontier start, Hash256 previous, int chunkBytes = Limits.DefaultChunkBytes)
    {
        Invariant.Holds(chunkBytes is > 0 and <= Limits.MaxChunkBytes, "the size of a chunk is within the limits");
        _files = files;
        Network = network;
        ChunkBytes = chunkBytes;
        First = start.Last.Next();
        Last = start.Last;
        LastLeaf = Start = previous;
        StartRoot = start.Root();
    }

    /// <summary>In place of these files: those of a VN that takes the log up from a snapshot, which begin with the chunk that holds its entry.</summary>
    public LedgerChunks From(CheckedChunk chunk)
    {
        var chunks = new LedgerChunks(_files, chunk.Header.Network, chunk.Header.Frontier, chunk.Header.Previous, ChunkBytes);
        chunks._chunks.Add(new Chunk(chunk.First, chunk.Header.Previous) { Length = chunk.Bytes.Length });
        chunks.Keep(chunk.Map);
        chunks.Last = chunk.Last;
        chunks.LastLeaf = chunk.Map.Leaves[^1];
        return chunks;
    }

    public Hash256 Network { get; }

    /// <summary>A chunk ends with the entry that takes it to this length. The same on every VN of a network.</summary>
    public int ChunkBytes { get; }

    /// <summary>The first entry that these files hold, or will.</summary>
    public LogIndex First { get; private set; }

    /// <summary>Where the chunk before the first of these files ends.</summary>
    public ChunkEnd Before => new(Network, new LogIndex(First.Value - 1), Start, StartRoot);

    public LogIndex Last { get; private set; }

    /// <summary>The leaf digest of the last entry.</summary>
    public Hash256 LastLeaf { get; private set; }

    /// <summary>How many files.</summary>
    public int Count => _chunks.Count;

    private Hash256 Start { get; set; }
    private Hash256 StartRoot { get; set; }

    internal Chunk? Open => _chunks.Count == 0 ? null : _chunks[^1];

    /// <summary>Whether the next entry begins a file.</summary>
    internal bool IsFull => Open is null || Open.Length >= ChunkBytes;

    /// <summary>Takes in the file before the first, which was checked against <see cref="Before"/> and stands on the disk.</summary>
    public void Prepend(CheckedChunk chunk)
    {
        Invariant.Holds(chunk.Last.Next() == First, "a chunk comes before the first one");
        _chunks.Insert(0, new Chunk(chunk.First, chunk.Header.Previous) { Length = chunk.Bytes.Length });
        First = chunk.First;
        Start = chunk.Header.Previous;
        StartRoot = chunk.Header.Frontier.Root();
    }

    /// <summary>The entries up to this one are on the disk: what is known of their files may be read from there again.</summary>
    public void OnSynced(LogIndex last) => _unsynced = last < Last ? last.Next() : null;

    /// <summary>The names of the files that begin after this entry.</summary>
    public IEnumerable<string> FilesAfter(LogIndex index) => _chunks.Where(chunk => chunk.First > index).Select(chunk => chunk.File);

    /// <summary>The file that holds this entry, and its length up to and with it; null where these files hold it no more.</summary>
    public (string File, long Length)? Locate(LogIndex index)
    {
        if (index < First || index > Last) return null;
        int number = NumberOf(index);
        if (LastOf(number) == index) return (_chunks[number].File, _chunks[number].Length);
        if (MapOf(number, out ChunkMap? map) is not null) return null;
        return (_chunks[number].File, map!.Offsets[(int)(index.Value - _chunks[number].First.Value) + 1]);
    }

    /// <summary>About how many bytes these entries take, without a look into the files: parts of a file by their share of its entries.</summary>
    public long BytesOf(LogIndex first, LogIndex last)
    {
        first = first < First ? First : first;
        last = last > Last ? Last : last;
        double bytes = 0;
        for (int number = NumberOf(first); first <= last && number <= NumberOf(last); number++)
        {
            ulong begin = Math.Max(first.Value, _chunks[number].First.Value), end = Math.Min(last.Value, LastOf(number).Value);
            double entries = LastOf(number).Value - _chunks[number].First.Value + 1;
            bytes += _chunks[number].Length * ((end - begin + 1) / entries);
        }
        return (long)bytes;
    }

    internal Chunk AddChunk(ChunkHeader header, int headerLength)
    {
        Invariant.Holds(header.First == Last.Next() && header.Previous == LastLeaf, "a chunk goes on from the one before");
        var chunk = new Chunk(header.First, header.Previous) { Length = headerLength };
        _chunks.Add(chunk);
        Keep(new ChunkMap(chunk.First));
        return chunk;
    }

    internal void AddEntry(int recordLength, in Hash256 leaf)
    {
        Chunk chunk = _chunks[^1];
        MapOfOpen().Add(chunk.Length, in leaf);
        chunk.Length += recordLength;
        Last = Last.Next();
        _unsynced ??= Last;
        LastLeaf = leaf;
    }

    /// <summary>Drops the last file from what is known.</summary>
    internal void RemoveChunk()
    {
        Chunk chunk = _chunks[^1];
        _chunks.RemoveAt(_chunks.Count - 1);
        _maps.RemoveAll(map => map.First == chunk.First);
        DropAfter(new LogIndex(chunk.First.Value - 1));
        LastLeaf = _chunks.Count == 0 ? Start : chunk.Previous;
    }

    /// <summary>Drops the entries of the last file after <paramref name="after"/>, which it holds.</summary>
    internal LedgerProblem? CutOpen(LogIndex after)
    {
        Chunk chunk = _chunks[^1];
        LedgerProblem? problem = MapOf(_chunks.Count - 1, out ChunkMap? map);
        if (map is null) return problem;
        int keep = (int)(after.Value - chunk.First.Value) + 1;
        chunk.Length = map.Offsets[keep];
        map.CutTo(keep);
        DropAfter(after);
        LastLeaf = map.Leaves[^1];
        return null;
    }

    private void DropAfter(LogIndex last)
    {
        Last = last;
        if (_unsynced > last) _unsynced = null;
    }

    /// <summary>The number of the chunk that holds this entry.</summary>
    internal int NumberOf(LogIndex index)
    {
        int low = 0, high = _chunks.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_chunks[middle].First <= index) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    internal Chunk ChunkAt(int number) => _chunks[number];

    internal LogIndex LastOf(int number) =>
        number + 1 < _chunks.Count ? new LogIndex(_chunks[number + 1].First.Value - 1) : Last;

    /// <summary>Reads one file in whole; the buffer comes from the pool and goes back to it.</summary>
    internal static ReadOnlyMemory<byte> ReadWhole(ILedgerFiles files, string file, long length, ref byte[] buffer)
    {
        if (buffer.Length < length)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent((int)length);
        }
        int read = 0;
        while (read < length)
        {
            int more = files.Read(file, read, buffer.AsSpan(read, (int)length - read));
            if (more <= 0) break;
            read += more;
        }
        return buffer.AsMemory(0, read);
    }

    /// <summary>Where the entries of a chunk stand; read and checked against the chain where it isn't at hand.</summary>
    internal LedgerProblem? MapOf(int number, out ChunkMap? map)
    {
        Chunk chunk = _chunks[number];
        for (int i = _maps.Count - 1; i >= 0; i--)
        {
            map = _maps[i];
            if (map.First != chunk.First) continue;
            _maps.RemoveAt(i);
            _maps.Add(map);
            return null;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)chunk.Length);
        map = Load(number, ref buffer);
        ArrayPool<byte>.Shared.Return(buffer);
        if (map is null)
        {
            return new LedgerProblem(
                chunk.First, LedgerProblemKind.Damaged, $"{chunk.File} is no longer what it was when it was checked.", LastOf(number));
        }
        Keep(map);
        return null;
    }

    private ChunkMap? Load(int number, ref byte[] buffer)
    {
        Chunk chunk = _chunks[number];
        ReadOnlyMemory<byte> bytes = ReadWhole(_files, chunk.File, chunk.Length, ref buffer);
        if (bytes.Length != chunk.Length || !ChunkHeader.TryRead(bytes.Span, out _, out int offset)) return null;
        var map = new ChunkMap(chunk.First);
        Hash256 leaf = chunk.Previous;
        while (offset < bytes.Length)
        {
            if (!ChunkFile.TryReadRecord(bytes[offset..], out ReadOnlyMemory<byte> frame)
                || !EntryFrame.TryParse(frame, out EntryFrame entry) || entry.Header.Previous != leaf) return null;
            leaf = entry.LeafDigest();
            map.Add(offset, in leaf);
            offset += ChunkFile.RecordPrefix + frame.Length;
        }
        Hash256 expected = number + 1 < _chunks.Count ? _chunks[number + 1].Previous : LastLeaf;
        return leaf == expected ? map : null;
    }

    /// <summary>The map used longest ago goes, but never that of a file that the disk may not hold as a whole yet.</summary>
    private void Keep(ChunkMap map)
    {
        if (_maps.Count >= Limits.MaxCachedChunks)
        {
            LogIndex? pinned = _unsynced is { } unsynced ? _chunks[NumberOf(unsynced)].First : Open?.First;
            int oldest = _maps.FindIndex(known => pinned is null || known.First < pinned);
            if (oldest >= 0) _maps.RemoveAt(oldest);
        }
        _maps.Add(map);
    }

    private ChunkMap MapOfOpen()
    {
        LedgerProblem? problem = MapOf(_chunks.Count - 1, out ChunkMap? map);
        Invariant.Holds(map is not null, problem?.Message ?? "the open chunk is known");
        return map;
    }
}

/// <summary>One file.</summary>
internal sealed class Chunk(LogIndex first, Hash256 previous)
{
    public LogIndex First { get; } = first;
    public Hash256 Previous { get; } = previous;
    public long Length { get; set; }
    public string File => ChunkFile.Name(First);
}

/// <summary>Where the entries of one chunk stand, and their leaves.</summary>
internal sealed class ChunkMap(LogIndex first)
{
    public LogIndex First { get; } = first;
    public List<long> Offsets { get; } = [];
    public List<Hash256> Leaves { get; } = [];

    public void Add(long offset, in Hash256 leaf)
    {
        Offsets.Add(offset);
        Leaves.Add(leaf);
    }

    public void CutTo(int count)
    {
        Offsets.RemoveRange(count, Offsets.Count - count);
        Leaves.RemoveRange(count, Leaves.Count - count);
    }
}
