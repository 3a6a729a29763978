using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>The last indexes of append messages that are on their way to one follower, oldest first; bounded in number and bytes.</summary>
internal sealed class InflightWindow(int capacity, long maxBytes)
{
    private (LogIndex Last, long Bytes)[] _ring = [];
    private int _head;
    private long _bytes;

    public int Count { get; private set; }
    public bool IsFull => Count >= capacity || _bytes >= maxBytes;

    /// <summary>The message that takes it over the limit is the last one.</summary>
    public void Add(LogIndex last, long bytes)
    {
        if (_ring.Length == 0) _ring = new (LogIndex, long)[capacity];
        Invariant.Holds(!IsFull, "no more messages are sent than the window holds");
        _ring[(_head + Count) % capacity] = (last, bytes);
        _bytes += bytes;
        Count++;
    }

    public void FreeTo(LogIndex match)
    {
        while (Count > 0 && _ring[_head].Last <= match)
        {
            _bytes -= _ring[_head].Bytes;
            _head = (_head + 1) % capacity;
            Count--;
        }
    }

    public void Clear() => (_head, Count, _bytes) = (0, 0, 0);
}
