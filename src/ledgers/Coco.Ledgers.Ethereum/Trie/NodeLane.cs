namespace Coco.Ledgers.Ethereum;

/// <summary>Places of a slab for one thread alone, while others take theirs beside it.</summary>
internal sealed class NodeLane<T>(NodeSlab<T> slab)
    where T : unmanaged
{
    private int _next;
    private int _end;

    /// <summary>A place for an item, cleared.</summary>
    public int Add()
    {
        if (_next == _end) (_next, _end) = slab.TakeChunk();
        slab[_next] = default;
        return _next++;
    }

    /// <summary>Gives back the places that were not used.</summary>
    public void End()
    {
        slab.GiveBack(_next, _end);
        _next = _end;
    }
}
