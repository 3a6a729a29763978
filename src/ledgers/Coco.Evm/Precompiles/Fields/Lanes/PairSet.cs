using System.Buffers;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>The pairs of a product of pairings, four to a group.</summary>
internal ref struct PairSet<L, F>(int capacity) where L : unmanaged, ILanesOf<L, F> where F : unmanaged, IField<F>
{
    private readonly PairLanes<L>[] _groups = ArrayPool<PairLanes<L>>.Shared.Rent((capacity + PairLanes<L>.Capacity - 1) / PairLanes<L>.Capacity);
    private int _count;

    internal readonly bool IsEmpty => _count == 0;

    internal readonly Span<PairLanes<L>> Groups => _groups.AsSpan(0, (_count + PairLanes<L>.Capacity - 1) / PairLanes<L>.Capacity);

    /// <summary>How many pairs a group holds.</summary>
    internal readonly int CountIn(int group) => Math.Min(_count - (group * PairLanes<L>.Capacity), PairLanes<L>.Capacity);

    /// <summary>Adds a point of each group; neither is infinity.</summary>
    internal void Add(in AffinePoint<F> p, in AffinePoint<Fp2<F>> q)
    {
        int lane = _count % PairLanes<L>.Capacity;
        ref PairLanes<L> group = ref _groups[_count++ / PairLanes<L>.Capacity];
        if (lane == 0) group = default;
        L.Set(ref group.Px, lane, p.X);
        L.Set(ref group.Py, lane, p.Y);
        LaneTransfer<L, F>.Set(ref group.Qx, lane, q.X);
        LaneTransfer<L, F>.Set(ref group.Qy, lane, q.Y);
    }

    public readonly void Dispose() => ArrayPool<PairLanes<L>>.Shared.Return(_groups);
}
