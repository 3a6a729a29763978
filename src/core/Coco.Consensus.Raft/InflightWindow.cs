using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>The last indexes of append messages that are on their way to one follower, oldest first; bounded.</summary>
internal sealed class InflightWindow(int capacity)
{
    private LogIndex[] _ring = [];
    private int _head;

    public int Count { get; private set; }
    public bool IsFull => Count >= capacity;

    public void Add(LogIndex last)
    {
        if (_ring.Length == 0) _ring = new LogIndex[capacity];
        Invariant.Holds(!IsFull, "no more messages are sent than the window holds");
        _ring[(_head + Count) % capacity] = last;
        Count++;
    }

    public void FreeTo(LogIndex match)
    {
        while (Count > 0 && _ring[_head] <= match)
        {
            _head = (_head + 1) % capacity;
            Count--;
        }
    }

    public void Clear() => (_head, Count) = (0, 0);
}
