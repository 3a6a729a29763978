using System.Runtime.CompilerServices;
using Coco.Evm.Precompiles.Fields;
using Coco.Evm.Precompiles.Fields.Lanes;
using Transfer = Coco.Evm.Precompiles.Fields.Lanes.LaneTransfer<Coco.Evm.Precompiles.Bls12381.FpLanes, Coco.Evm.Precompiles.Bls12381.Fp>;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>
/// Whether points of the curve have prime order, four at a time: (beta x, y) is then the multiple by minus the square of the parameter
/// (Scott, "A note on group membership tests", 2021).
/// </summary>
internal struct G1Test()
{
    private static readonly sbyte[] Digits = NonAdjacentForm.Of((UInt256)Bls12381Curve.X * Bls12381Curve.X, windowBits: 2);

    private Points _points;
    private FpLanes _x, _y;
    private int _count;
    private bool _holds = true;

    internal void Add(in AffinePoint<Fp> point)
    {
        if (point.IsInfinity) return;
        _points[_count] = point;
        FpLanes.Set(ref _x, _count, point.X);
        FpLanes.Set(ref _y, _count, point.Y);
        if (++_count == PairLanes<FpLanes>.Capacity) Run();
    }

    /// <summary>Whether all that were added are in the group.</summary>
    internal bool Holds()
    {
        if (_count > 0) Run();
        return _holds;
    }

    private void Run()
    {
        if (_count == 1) _holds &= IsInGroup(_points[0], new JacobianPoint<Fp>(_points[0]).MultiplySparse(Bls12381Curve.X).MultiplySparse(Bls12381Curve.X));
        else RunLanes();
        _count = 0;
    }

    /// <summary>From two points on this is faster than one after the other.</summary>
    private void RunLanes()
    {
        JacobianLanes<FpLanes>.Multiply(_x, _y, Transfer.One, Digits, out JacobianLanes<FpLanes> multiple);
        for (int lane = 0; lane < _count; lane++)
            _holds &= IsInGroup(_points[lane], new(FpLanes.Get(multiple.X, lane), FpLanes.Get(multiple.Y, lane), FpLanes.Get(multiple.Z, lane)));
    }

    private static bool IsInGroup(in AffinePoint<Fp> point, in JacobianPoint<Fp> multiple) =>
        (-multiple).IsSameAs(new JacobianPoint<Fp>(new AffinePoint<Fp>(point.X * Bls12381Curve.Beta, point.Y)));

    [InlineArray(PairLanes<FpLanes>.Capacity)]
    private struct Points
    {
        private AffinePoint<Fp> _point;
    }
}
