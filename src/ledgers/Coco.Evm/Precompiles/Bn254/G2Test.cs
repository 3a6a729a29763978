using System.Runtime.CompilerServices;
using Coco.Evm.Precompiles.Fields;
using Coco.Evm.Precompiles.Fields.Lanes;
using Transfer = Coco.Evm.Precompiles.Fields.Lanes.LaneTransfer<Coco.Evm.Precompiles.Bn254.FpLanes, Coco.Evm.Precompiles.Bn254.Fp>;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>
/// Whether points of the twist have prime order, four at a time. They have if, with f for the p-th power and x for the parameter,
/// (x + 1) Q + f(x Q) + f(f(x Q)) = f(f(f(2 x Q))) (Dai, Lin, Zhao, Zhou, "Fast subgroup membership testings for G1, G2 and GT on
/// pairing-friendly curves", 2022).
/// </summary>
internal struct G2Test()
{
    private static readonly sbyte[] Digits = NonAdjacentForm.Of(Bn254Curve.X, windowBits: 2);
    private static readonly Fp2Lanes<FpLanes> One = new() { C0 = Transfer.One };

    private Points _points;
    private Fp2Lanes<FpLanes> _x, _y;
    private int _count;
    private bool _holds = true;

    internal void Add(in AffinePoint<Fp2<Fp>> point)
    {
        if (point.IsInfinity) return;
        _points[_count] = point;
        Transfer.Set(ref _x, _count, point.X);
        Transfer.Set(ref _y, _count, point.Y);
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
        if (_count == 1) _holds &= IsInGroup(_points[0], new JacobianPoint<Fp2<Fp>>(_points[0]).MultiplySparse(Bn254Curve.X));
        else RunLanes();
        _count = 0;
    }

    /// <summary>From two points on this is faster than one after the other.</summary>
    private void RunLanes()
    {
        JacobianLanes<Fp2Lanes<FpLanes>>.Multiply(_x, _y, One, Digits, out JacobianLanes<Fp2Lanes<FpLanes>> multiple);
        for (int lane = 0; lane < _count; lane++)
            _holds &= IsInGroup(_points[lane], new(Transfer.Get(multiple.X, lane), Transfer.Get(multiple.Y, lane), Transfer.Get(multiple.Z, lane)));
    }

    private static bool IsInGroup(in AffinePoint<Fp2<Fp>> point, in JacobianPoint<Fp2<Fp>> multiple)
    {
        JacobianPoint<Fp2<Fp>> first = Bn254Curve.Frobenius(multiple), second = Bn254Curve.Frobenius(first), sum = multiple + point;
        sum += first;
        sum += second;
        return sum.IsSameAs(Bn254Curve.Frobenius(second.Double()));
    }

    [InlineArray(PairLanes<FpLanes>.Capacity)]
    private struct Points
    {
        private AffinePoint<Fp2<Fp>> _point;
    }
}
