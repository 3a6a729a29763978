using System.Runtime.CompilerServices;

namespace Coco.Evm.State;

/// <summary>Accounts by address: entries in the order of first use, found through open addressing with linear probing.</summary>
internal sealed class AccountTable
{
    private const int InitialBuckets = 256;

    private AccountEntry[] _entries = new AccountEntry[InitialBuckets / 2];
    private int[] _buckets = new int[InitialBuckets];

    public int Count { get; private set; }

    public ref AccountEntry this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _entries[index];
    }

    /// <summary>The entry's index; -1 if absent.</summary>
    public int Find(in Address address)
    {
        int mask = _buckets.Length - 1;
        for (int at = address.GetHashCode() & mask; ; at = (at + 1) & mask)
        {
            int index = _buckets[at] - 1;
            if (index < 0) return -1;
            if (_entries[index].Address == address) return index;
        }
    }

    /// <summary>Adds an absent address; the caller fills the entry.</summary>
    public int Add(in Address address)
    {
        if (Count == _entries.Length) Grow();
        int index = Count++;
        _entries[index] = new AccountEntry { Address = address, FirstSlot = -1 };
        Place(index);
        return index;
    }

    public void Clear()
    {
        Array.Clear(_buckets);
        Array.Clear(_entries, 0, Count);
        Count = 0;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _buckets = new int[_buckets.Length * 2];
        for (int index = 0; index < Count; index++) Place(index);
    }

    private void Place(int index)
    {
        int mask = _buckets.Length - 1;
        int at = _entries[index].Address.GetHashCode() & mask;
        while (_buckets[at] != 0) at = (at + 1) & mask;
        _buckets[at] = index + 1;
    }
}
