using System.Runtime.CompilerServices;

namespace Coco.Ledgers.Ethereum;

/// <summary>Structs in chunks that never move, named by their index, with a free list. The collector sees one array a chunk.</summary>
public sealed class NodeSlab<T>
    where T : unmanaged
{
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;

    private readonly Lock _gate = new();
    private T[][] _chunks = new T[4][];
    private int[] _free = new int[64];
    private int _freeCount;
    private int _used;

    /// <summary>Items in use.</summary>
    public int Count => _used - _freeCount;

    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];
    }

    /// <summary>Memory of the items, also those not in use.</summary>
    public long Bytes => (long)_used * Unsafe.SizeOf<T>();

    /// <summary>A place for an item, cleared.</summary>
    public int Add()
    {
        int index = _freeCount > 0 ? _free[--_freeCount] : Grow();
        this[index] = default;
        return index;
    }

    public void Remove(int index)
    {
        if (_freeCount == _free.Length) Array.Resize(ref _free, _freeCount * 2);
        _free[_freeCount++] = index;
    }

    /// <summary>A chunk of places, not cleared, for a <see cref="NodeLane{T}"/>; several threads may take theirs at once, and nothing else.</summary>
    internal (int First, int End) TakeChunk()
    {
        lock (_gate)
        {
            while ((_used & (ChunkSize - 1)) != 0) Remove(Grow());
            int first = Grow();
            _used = first + ChunkSize;
            return (first, _used);
        }
    }

    internal void GiveBack(int from, int to)
    {
        lock (_gate)
            for (int index = to - 1; index >= from; index--) Remove(index);
    }

    private int Grow()
    {
        int chunk = _used >> ChunkBits;
        if (chunk == _chunks.Length) Array.Resize(ref _chunks, chunk * 2);
        _chunks[chunk] ??= GC.AllocateUninitializedArray<T>(ChunkSize, pinned: true);
        return _used++;
    }
}
