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
/// Both count slots of <see cref="SlotBytes"/>, so that few large transactions weigh as much as the many small ones in their place.
/// </summary>
public sealed class FairOrder(int capacity)
{
    private sealed class Share
    {
        public int Held { get; set; }

        /// <summary>The last slot of its newest.</summary>
        public long End { get; set; }
    }

    /// <summary>Small transactions, with what the pool needs for one, take less.</summary>
    public const int SlotBytes = 4_096;

    private readonly Dictionary<NodeId, Share> _shares = [];
    private long _arrivals;
    private long _served;
    private int _held;

    /// <summary>The slots that a transaction takes.</summary>
    public static int SlotsOf(AdmittedTransaction transaction) => Math.Max(1, (transaction.Request.Length + SlotBytes - 1) / SlotBytes);

    /// <summary>Whether so much more of this VN may come in.</summary>
    public bool HasRoom(NodeId origin, int slots) =>
        (_shares.TryGetValue(origin, out Share? share) ? share.Held : 0) + slots <= capacity - _held;

    /// <summary>One more of this VN comes in; its turn is after that VN's earlier ones, and not before what was served last.</summary>
    public Turn Enter(NodeId origin, int slots)
    {
        if (!_shares.TryGetValue(origin, out Share? share)) _shares.Add(origin, share = new Share());
        long tag = Math.Max(share.End, _served) + 1;
        share.End = tag + slots - 1;
        Hold(share, slots);
        return new Turn(tag, _arrivals++);
    }

    /// <summary>One that came in by this VN is replaced by one that takes <paramref name="more"/> slots, or fewer where negative.</summary>
    public void Grow(NodeId origin, int more) => Hold(_shares[origin], more);

    /// <summary>One is served now.</summary>
    public void Serve(Turn turn) => _served = Math.Max(_served, turn.Tag);

    /// <summary>One that came in by this VN leaves.</summary>
    public void Leave(NodeId origin, int slots)
    {
        Invariant.Holds(_shares.TryGetValue(origin, out Share? share) && share.Held >= slots, "what leaves came in");
        Hold(share!, -slots);
        if (share!.Held == 0) _shares.Remove(origin);
    }

    private void Hold(Share share, int slots)
    {
        share.Held += slots;
        _held += slots;
    }
}
