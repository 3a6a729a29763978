using System.Runtime.CompilerServices;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>Whether points of a twist have prime order, four at a time.</summary>
internal struct TwistTest<L, F, G>()
    where L : unmanaged, ILanesOf<L, F> where F : unmanaged, IField<F> where G : ITwistGroup<F>
{
    private static readonly Fp2Lanes<L> One = new() { C0 = LaneTransfer<L, F>.One };

    private Points _points;
    private Fp2Lanes<L> _x, _y;
    private int _count;
    private bool _holds = true;

    internal void Add(in AffinePoint<Fp2<F>> point)
    {
        if (point.IsInfinity) return;
        _points[_count] = point;
        LaneTransfer<L, F>.Set(ref _x, _count, point.X);
        LaneTransfer<L, F>.Set(ref _y, _count, point.Y);
        if (++_count == LaneLimbs.Lanes) Run();
    }

    /// <summary>Whether all that were added are in the group.</summary>
    internal bool Holds()
    {
        if (_count > 0) Run();
        return _holds;
    }

    private void Run()
    {
        if (_count == 1) _holds &= G.Contains(_points[0], new JacobianPoint<Fp2<F>>(_points[0]).MultiplySparse(G.Parameter));
        else RunLanes();
        _count = 0;
    }

    /// <summary>From two points on this is faster than one after the other.</summary>
    private void RunLanes()
    {
        JacobianLanes<Fp2Lanes<L>>.Multiply(_x, _y, One, G.Digits, out JacobianLanes<Fp2Lanes<L>> multiple);
        for (int lane = 0; lane < _count; lane++)
        {
            _holds &= G.Contains(_points[lane], new(
                LaneTransfer<L, F>.Get(multiple.X, lane), LaneTransfer<L, F>.Get(multiple.Y, lane), LaneTransfer<L, F>.Get(multiple.Z, lane)));
        }
    }

    [InlineArray(LaneLimbs.Lanes)]
    private struct Points
    {
        private AffinePoint<Fp2<F>> _point;
    }
}
