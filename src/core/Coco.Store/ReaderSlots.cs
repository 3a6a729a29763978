namespace Coco.Store;

/// <summary>
/// What open views hold back: each has a slot with the epoch in which it began to read and the version that it reads. Slots are a
/// cache line apart; readers write their own and the writer reads all, so neither waits.
/// </summary>
internal sealed class ReaderSlots(int count)
{
    // Longs of one slot: whether it is taken, the epoch, the version plus one; zero where there is none.
    private const int Stride = 8, EpochAt = 1, VersionAt = 2;

    private readonly long[] _slots = GC.AllocateArray<long>((count + 1) * Stride, pinned: true);
    private readonly ulong[] _pins = new ulong[count];
    private int _pinCount;
    private int _reach;

    public int Open
    {
        get
        {
            int open = 0;
            for (int i = 0; i < Volatile.Read(ref _reach); i++)
                if (Volatile.Read(ref _slots[i * Stride]) != 0) open++;
            return open;
        }
    }

    /// <summary>Takes a free slot; called by any thread.</summary>
    public int Take()
    {
        for (int i = 0; i < count; i++)
        {
            if (Volatile.Read(ref _slots[i * Stride]) != 0) continue;
            if (Interlocked.CompareExchange(ref _slots[i * Stride], 1, 0) != 0) continue;
            for (int reach = Volatile.Read(ref _reach); reach <= i; reach = Volatile.Read(ref _reach))
                Interlocked.CompareExchange(ref _reach, i + 1, reach);
            return i;
        }
        throw new InvalidOperationException("Too many open views of the store; each must be disposed.");
    }

    public void Release(int slot)
    {
        Volatile.Write(ref _slots[(slot * Stride) + EpochAt], 0);
        Volatile.Write(ref _slots[(slot * Stride) + VersionAt], 0);
        Volatile.Write(ref _slots[slot * Stride], 0);
    }

    /// <summary>From here on nothing that the reader can reach is reclaimed. The exchange orders it before the reads that follow.</summary>
    public void EnterEpoch(int slot, long epoch) => Interlocked.Exchange(ref _slots[(slot * Stride) + EpochAt], epoch);

    public void LeaveEpoch(int slot) => Volatile.Write(ref _slots[(slot * Stride) + EpochAt], 0);

    public void PinVersion(int slot, ulong version) =>
        Interlocked.Exchange(ref _slots[(slot * Stride) + VersionAt], (long)version + 1);

    /// <summary>The oldest epoch that a reader is in; <see cref="long.MaxValue"/> without readers. For the writer.</summary>
    public long OldestEpoch()
    {
        Interlocked.MemoryBarrier();
        long oldest = long.MaxValue;
        for (int i = 0; i < Volatile.Read(ref _reach); i++)
        {
            long epoch = Volatile.Read(ref _slots[(i * Stride) + EpochAt]);
            if (epoch != 0 && epoch < oldest) oldest = epoch;
        }
        return oldest;
    }

    /// <summary>Notes all pinned versions for <see cref="IsPinned"/>. For the writer, after the committed version was published.</summary>
    public void CollectPins()
    {
        Interlocked.MemoryBarrier();
        _pinCount = 0;
        for (int i = 0; i < Volatile.Read(ref _reach); i++)
        {
            long pin = Volatile.Read(ref _slots[(i * Stride) + VersionAt]);
            if (pin != 0) _pins[_pinCount++] = (ulong)pin - 1;
        }
        _pins.AsSpan(0, _pinCount).Sort();
    }

    /// <summary>Whether a collected pin is at <paramref name="from"/> or later and before <paramref name="before"/>.</summary>
    public bool IsPinned(ulong from, ulong before)
    {
        int at = _pins.AsSpan(0, _pinCount).BinarySearch(from);
        if (at >= 0) return true;
        at = ~at;
        return at < _pinCount && _pins[at] < before;
    }
}
