namespace Coco.Postings;

/// <summary>
/// The newest postings, in memory until they are sealed: arrays that the collector does not scan, chained by key. One thread adds,
/// any thread looks up.
/// </summary>
/// <param name="capacity">Postings that it takes without growing.</param>
internal sealed class PostingBuffer(int capacity)
{
    private const ulong Odd = 0x9E3779B97F4A7C15;

    private Table _table = new((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity));

    public int Count { get; private set; }

    public void Add(ulong key, ulong value)
    {
        if (Count == _table.Keys.Length) Grow();
        Put(_table, Count++, key, value);
    }

    /// <summary>The greatest value under the key that is at most <paramref name="atMost"/>.</summary>
    public bool TryFindLast(ulong key, ulong atMost, out ulong value)
    {
        value = 0;
        bool found = false;
        Table table = Volatile.Read(ref _table);
        for (int at = table.Head(key); at >= 0; at = table.Next[at])
        {
            ulong stands = table.Values[at];
            if (table.Keys[at] != key || stands > atMost || (found && stands < value)) continue;
            value = stands;
            found = true;
        }
        return found;
    }

    /// <summary>All values under the key from <paramref name="from"/> to <paramref name="to"/>, in no order.</summary>
    public void Find(ulong key, ulong from, ulong to, List<ulong> values)
    {
        Table table = Volatile.Read(ref _table);
        for (int at = table.Head(key); at >= 0; at = table.Next[at])
            if (table.Keys[at] == key && table.Values[at] >= from && table.Values[at] <= to) values.Add(table.Values[at]);
    }

    /// <summary>All postings, sorted, in a span of <paramref name="scratch"/>, which grows where it is too short; for the thread that adds.</summary>
    public ReadOnlySpan<Posting> Sort(ref Posting[] scratch)
    {
        if (scratch.Length < Count) scratch = new Posting[Count];
        for (int i = 0; i < Count; i++) scratch[i] = new Posting(_table.Keys[i], _table.Values[i]);
        Array.Sort(scratch, 0, Count);
        return scratch.AsSpan(0, Count);
    }

    private void Grow()
    {
        var grown = new Table(_table.Keys.Length * 2);
        for (int i = 0; i < Count; i++) Put(grown, i, _table.Keys[i], _table.Values[i]);
        Volatile.Write(ref _table, grown);
    }

    /// <summary>The head is written last: a reader that sees it sees the posting.</summary>
    private static void Put(Table table, int at, ulong key, ulong value)
    {
        table.Keys[at] = key;
        table.Values[at] = value;
        ref int head = ref table.Heads[table.SlotOf(key)];
        table.Next[at] = head - 1;
        Volatile.Write(ref head, at + 1);
    }

    private sealed class Table(int capacity)
    {
        public readonly ulong[] Keys = new ulong[capacity];
        public readonly ulong[] Values = new ulong[capacity];

        /// <summary>The posting before in the same chain; -1 at its end.</summary>
        public readonly int[] Next = new int[capacity];

        /// <summary>The newest posting of a chain plus one; zero where there is none.</summary>
        public readonly int[] Heads = new int[capacity];

        public int SlotOf(ulong key) => (int)((key * Odd) >> 32) & (Heads.Length - 1);

        public int Head(ulong key) => Volatile.Read(ref Heads[SlotOf(key)]) - 1;
    }
}
