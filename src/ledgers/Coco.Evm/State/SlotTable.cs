using System.Runtime.CompilerServices;

namespace Coco.Evm.State;

/// <summary>Slots by account and key: entries in the order of first use, found through open addressing with linear probing.</summary>
internal sealed class SlotTable
{
    private const int InitialBuckets = 1024;

    private SlotEntry[] _entries = new SlotEntry[InitialBuckets / 2];
    private int[] _buckets = new int[InitialBuckets];

    public int Count { get; private set; }

    public ref SlotEntry this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _entries[index];
    }

    /// <summary>The entry's index; -1 if absent.</summary>
    public int Find(int account, in UInt256 key)
    {
        int mask = _buckets.Length - 1;
        for (int at = Bucket(account, key) & mask; ; at = (at + 1) & mask)
        {
            int index = _buckets[at] - 1;
            if (index < 0) return -1;
            ref SlotEntry entry = ref _entries[index];
            if (entry.Account == account && entry.Key == key) return index;
        }
    }

    /// <summary>Adds an absent key with zero values.</summary>
    public int Add(int account, in UInt256 key)
    {
        if (Count == _entries.Length) Grow();
        int index = Count++;
        _entries[index] = new SlotEntry { Account = account, Key = key, Next = -1 };
        Place(index);
        return index;
    }

    public void Clear()
    {
        // A table that once was large must not cost every small transaction after it: few entries are taken out one by one,
        // the last first, so that the chains to those before it stay whole.
        if (Count < _buckets.Length / 16)
        {
            for (int index = Count - 1; index >= 0; index--) _buckets[PlaceOf(index)] = 0;
        }
        else Array.Clear(_buckets);
        Count = 0;
    }

    private int PlaceOf(int index)
    {
        ref SlotEntry entry = ref _entries[index];
        int mask = _buckets.Length - 1;
        int at = Bucket(entry.Account, entry.Key) & mask;
        while (_buckets[at] != index + 1) at = (at + 1) & mask;
        return at;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _buckets = new int[_buckets.Length * 2];
        for (int index = 0; index < Count; index++) Place(index);
    }

    private void Place(int index)
    {
        ref SlotEntry entry = ref _entries[index];
        int mask = _buckets.Length - 1;
        int at = Bucket(entry.Account, entry.Key) & mask;
        while (_buckets[at] != 0) at = (at + 1) & mask;
        _buckets[at] = index + 1;
    }

    private static int Bucket(int account, in UInt256 key) => key.GetHashCode() ^ (account * -1640531535);
}
