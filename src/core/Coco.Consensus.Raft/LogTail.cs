using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>The end of the log that memory holds: all that is not yet committed and persisted, and before that as much as the cache may be.</summary>
internal sealed class LogTail
{
    private ConsensusEntry?[] _ring = new ConsensusEntry?[16];
    private long[] _ends = new long[16];
    private int _head;
    private int _count;
    private long _baseEnd;
    private ConsensusEntry[] _slice = [];

    public LogTail(LogPosition start) => Base = start;

    /// <summary>The place before the first entry in memory; its term is known, what stands before it is on disk or gone.</summary>
    public LogPosition Base { get; private set; }

    public LogPosition Last => _count == 0 ? Base : Slot(_count - 1).Position;

    /// <summary>What the entries in memory take, with their overhead.</summary>
    public long Bytes => End(_count) - _baseEnd;

    public static int SizeOf(ConsensusEntry entry) => entry.Frame.Length + Limits.EntryOverheadBytes;

    public ConsensusEntry At(LogIndex index)
    {
        Invariant.Holds(index > Base.Index && index <= Last.Index, "only entries in memory are asked for");
        return Slot((int)(index.Value - Base.Index.Value - 1));
    }

    /// <summary>The term at a place in memory or at its base; false for any other place.</summary>
    public bool TryTermAt(LogIndex index, out Term term)
    {
        term = Base.Term;
        if (index == Base.Index) return true;
        if (index < Base.Index || index > Last.Index) return false;
        term = At(index).Term;
        return true;
    }

    public bool Holds(LogPosition position) => TryTermAt(position.Index, out Term term) && term == position.Term;

    public long BytesAfter(LogIndex index) =>
        End(_count) - End(index <= Base.Index ? 0 : (int)(index.Value - Base.Index.Value));

    public void Append(ConsensusEntry entry)
    {
        LogPosition last = Last;
        Invariant.Holds(entry.Index == last.Index.Next() && entry.Term >= last.Term, "the log grows by the next place in no older term");
        if (_count == _ring.Length) Grow();
        int slot = (_head + _count) & (_ring.Length - 1);
        _ring[slot] = entry;
        _ends[slot] = End(_count) + SizeOf(entry);
        _count++;
    }

    public void TruncateAfter(LogIndex index)
    {
        Invariant.Holds(index >= Base.Index, "what has left memory is committed and stays");
        while (Last.Index > index)
        {
            _count--;
            _ring[(_head + _count) & (_ring.Length - 1)] = null;
        }
        _slice = [];
    }

    /// <summary>Lets go of the oldest entries up to <paramref name="limit"/> until the rest fits into <paramref name="maxBytes"/>.</summary>
    public void Evict(LogIndex limit, long maxBytes)
    {
        while (Bytes > maxBytes && Base.Index < limit)
        {
            Base = Slot(0).Position;
            _baseEnd = _ends[_head];
            _ring[_head] = null;
            _head = (_head + 1) & (_ring.Length - 1);
            _count--;
        }
    }

    /// <summary>Begins anew after a snapshot.</summary>
    public void Reset(LogPosition start)
    {
        Array.Clear(_ring);
        (_head, _count, _baseEnd, _slice) = (0, 0, 0, []);
        Base = start;
    }

    /// <summary>Entries from <paramref name="first"/>, at least one and no more than fit; the same array for followers that are equally far.</summary>
    public IReadOnlyList<ConsensusEntry> Slice(LogIndex first, int maxBytes)
    {
        int count = 0;
        int from = (int)(first.Value - Base.Index.Value - 1);
        long limit = End(from) + maxBytes;
        while (from + count < _count && (count == 0 || End(from + count + 1) <= limit)) count++;
        if (_slice.Length == count && count > 0 && _slice[0].Index == first) return _slice;
        _slice = new ConsensusEntry[count];
        for (int i = 0; i < count; i++) _slice[i] = Slot(from + i);
        return _slice;
    }

    /// <summary>
    /// The last place at or before <paramref name="from"/> with a term no newer than <paramref name="term"/>, so that a search for
    /// where two logs agree skips whole terms (Raft 5.3); before memory begins nothing is known and nothing is skipped.
    /// </summary>
    public LogPosition LastNotNewer(LogIndex from, Term term)
    {
        if (from < Base.Index) return new LogPosition(from, Term.Zero);
        if (from > Last.Index) from = Last.Index;
        int low = 0, high = (int)(from.Value - Base.Index.Value);
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (Slot(middle - 1).Term <= term) low = middle;
            else high = middle - 1;
        }
        if (low > 0) return Slot(low - 1).Position;
        if (Base.Term <= term || Base.Index == LogIndex.Zero) return Base;
        return new LogPosition(new LogIndex(Base.Index.Value - 1), Term.Zero);
    }

    private ConsensusEntry Slot(int position) => _ring[(_head + position) & (_ring.Length - 1)]!;

    private long End(int count) => count == 0 ? _baseEnd : _ends[(_head + count - 1) & (_ring.Length - 1)];

    private void Grow()
    {
        ConsensusEntry?[] ring = new ConsensusEntry?[_ring.Length * 2];
        long[] ends = new long[ring.Length];
        for (int i = 0; i < _count; i++)
            (ring[i], ends[i]) = (Slot(i), _ends[(_head + i) & (_ring.Length - 1)]);
        (_ring, _ends, _head) = (ring, ends, 0);
    }
}
