namespace Coco.Store;

/// <summary>
/// The entries of an ordered map in the order of their keys: a skip list (Pugh 1990) whose links stand in the entries' blocks.
/// One writer; a reader may stand on an entry that is being removed, whose links stay as they were until it is reclaimed.
/// </summary>
internal sealed class OrderedIndex
{
    public const int MaxHeight = 14;

    private readonly Slabs _slabs;
    private readonly uint _start;
    private readonly uint[] _before = new uint[MaxHeight];

    /// <summary>The last change put an entry in, so <see cref="_before"/> leads up to it, and to what comes behind it.</summary>
    private bool _isInserted;

    public OrderedIndex(Slabs slabs)
    {
        _slabs = slabs;
        int bytes = EntryHeader.Bytes + (MaxHeight * sizeof(uint));
        _start = slabs.Allocate(bytes);
        slabs.Bytes(_start, 0, bytes).Clear();
        slabs.At<EntryHeader>(_start).Height = MaxHeight;
    }

    /// <summary>Levels of a new entry: each further one with probability 1/4, drawn from the key's hash.</summary>
    public static int HeightOf(uint hash) =>
        Math.Min(1 + (System.Numerics.BitOperations.TrailingZeroCount(hash) / 2), MaxHeight);

    /// <summary>The first entry whose key is not before <paramref name="from"/>; none at the end.</summary>
    public uint Seek(ReadOnlySpan<byte> from)
    {
        uint at = _start, next = Slabs.None;
        for (int level = MaxHeight - 1; level >= 0; level--)
            (at, next) = Walk(at, level, from);
        return next;
    }

    public uint Next(uint entry) => Volatile.Read(ref Link(entry, 0));

    public void Insert(uint entry)
    {
        ref EntryHeader header = ref _slabs.At<EntryHeader>(entry);
        ReadOnlySpan<byte> key = _slabs.Bytes(entry, header.KeyOffset, header.KeyLength);
        if (!IsBehindLast(key)) FindBefore(key);
        for (int level = 0; level < header.Height; level++)
        {
            ref uint link = ref Link(_before[level], level);
            Link(entry, level) = link;
            Volatile.Write(ref link, entry);
            _before[level] = entry;
        }
        _isInserted = true;
    }

    public void Remove(uint entry)
    {
        ref EntryHeader header = ref _slabs.At<EntryHeader>(entry);
        FindBefore(_slabs.Bytes(entry, header.KeyOffset, header.KeyLength));
        for (int level = header.Height - 1; level >= 0; level--)
            Volatile.Write(ref Link(_before[level], level), Link(entry, level));
        _isInserted = false;
    }

    private ref uint Link(uint entry, int level) =>
        ref _slabs.At<uint>(entry, EntryHeader.Bytes + (level * sizeof(uint)));

    /// <summary>Keys that come in their order, as those of a snapshot do, need no search: the last one's place is known.</summary>
    private bool IsBehindLast(ReadOnlySpan<byte> key) =>
        _isInserted && Link(_before[0], 0) == Slabs.None && IsBefore(_before[0], key);

    private void FindBefore(ReadOnlySpan<byte> key)
    {
        uint at = _start;
        for (int level = MaxHeight - 1; level >= 0; level--)
        {
            (at, _) = Walk(at, level, key);
            _before[level] = at;
        }
    }

    private (uint At, uint Next) Walk(uint at, int level, ReadOnlySpan<byte> key)
    {
        uint next = Volatile.Read(ref Link(at, level));
        while (next != Slabs.None && IsBefore(next, key))
        {
            at = next;
            next = Volatile.Read(ref Link(at, level));
        }
        return (at, next);
    }

    private bool IsBefore(uint entry, ReadOnlySpan<byte> key)
    {
        ref EntryHeader header = ref _slabs.At<EntryHeader>(entry);
        return _slabs.Bytes(entry, header.KeyOffset, header.KeyLength).SequenceCompareTo(key) < 0;
    }
}
