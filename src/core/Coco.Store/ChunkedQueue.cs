using Coco.Primitives;

namespace Coco.Store;

/// <summary>A first-in-first-out queue of structs in chunks, so that it grows without copying; one spare chunk is kept.</summary>
internal sealed class ChunkedQueue<T> where T : struct
{
    private const int ChunkItems = 2048;

    private Chunk _first = new();
    private Chunk _last;
    private Chunk? _spare;
    private int _read, _written;

    public ChunkedQueue() => _last = _first;

    public long Count { get; private set; }

    public void Enqueue(in T item)
    {
        if (_written == ChunkItems)
        {
            Chunk next = _spare ?? new Chunk();
            _spare = null;
            _last = _last.Next = next;
            _written = 0;
        }
        _last.Items[_written++] = item;
        Count++;
    }

    /// <summary>The oldest item, in place.</summary>
    public ref readonly T Peek()
    {
        Invariant.Holds(Count > 0, "the queue holds an item");
        SkipReadChunk();
        return ref _first.Items[_read];
    }

    public T Dequeue()
    {
        T item = Peek();
        _read++;
        Count--;
        return item;
    }

    private void SkipReadChunk()
    {
        if (_read < ChunkItems) return;
        Chunk read = _first;
        _first = read.Next!;
        read.Next = null;
        _spare = read;
        _read = 0;
    }

    private sealed class Chunk
    {
        public readonly T[] Items = new T[ChunkItems];
        public Chunk? Next;
    }
}
