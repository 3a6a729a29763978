using Coco.Primitives;

namespace Coco.Ledgers;

/// <summary>Whose turn something is: first by tag, then by arrival.</summary>
public readonly record struct Turn(long Tag, long Arrival) : IComparable<Turn>
{
    public int CompareTo(Turn other) => Tag != other.Tag ? Tag.CompareTo(other.Tag) : Arrival.CompareTo(other.Arrival);

    public static bool operator <(Turn left, Turn right) => left.CompareTo(right) < 0;
    public static bool operator >(Turn left, Turn right) => left.CompareTo(right) > 0;
    public static bool operator <=(Turn left, Turn right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Turn left, Turn right) => left.CompareTo(right) >= 0;
}

/// <summary>
/// Shares a pool between VNs, so that whoever sends little is served soon and finds room, whatever others send. Pure. Turns: start-time
/// fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996) with equal weights. Room: dynamic thresholds (Choudhury, Hahne, ToN 1998): a VN may
/// hold at most as much as is still free, so that one alone fills half of the pool, two a third each, and there is room for another.
/// </summary>
public sealed class FairOrder(int capacity)
{
    private sealed class Share
    {
        public int Held { get; set; }
        public long Tag { get; set; }
    }

    private readonly Dictionary<NodeId, Share> _shares = [];
    private long _arrivals;
    private long _served;
    private int _held;

    /// <summary>Whether one more of this VN may come in.</summary>
    public bool HasRoom(NodeId origin) =>
        (_shares.TryGetValue(origin, out Share? share) ? share.Held : 0) < capacity - _held;

    /// <summary>One more of this VN comes in; its turn is after that VN's earlier ones, and not before what was served last.</summary>
    public Turn Enter(NodeId origin)
    {
        if (!_shares.TryGetValue(origin, out Share? share)) _shares.Add(origin, share = new Share());
        share.Tag = Math.Max(share.Tag, _served) + 1;
        share.Held++;
        _held++;
        return new Turn(share.Tag, _arrivals++);
    }

    /// <summary>One is served now.</summary>
    public void Serve(Turn turn) => _served = Math.Max(_served, turn.Tag);

    /// <summary>One that came in by this VN leaves.</summary>
    public void Leave(NodeId origin)
    {
        Invariant.Holds(_shares.TryGetValue(origin, out Share? share) && share.Held > 0, "what leaves came in");
        _held--;
        if (--share!.Held == 0) _shares.Remove(origin);
    }
}
