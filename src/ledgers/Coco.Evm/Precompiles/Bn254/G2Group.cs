using Coco.Evm.Precompiles.Fields;
using Coco.Evm.Precompiles.Fields.Lanes;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>
/// A point of the twist has prime order if, with f for the p-th power and x for the parameter, (x + 1) Q + f(x Q) + f(f(x Q)) =
/// f(f(f(2 x Q))) (Dai, Lin, Zhao, Zhou, "Fast subgroup membership testings for G1, G2 and GT on pairing-friendly curves", 2022).
/// </summary>
internal readonly struct G2Group : ITwistGroup<Fp>
{
    private static readonly sbyte[] ParameterDigits = NonAdjacentForm.Of(Bn254Curve.X, windowBits: 2);

    public static ulong Parameter => Bn254Curve.X;

    public static ReadOnlySpan<sbyte> Digits => ParameterDigits;

    public static bool Contains(in AffinePoint<Fp2<Fp>> point, in JacobianPoint<Fp2<Fp>> multiple)
    {
        JacobianPoint<Fp2<Fp>> first = Bn254Curve.Frobenius(multiple), second = Bn254Curve.Frobenius(first), sum = multiple + point;
        sum += first;
        sum += second;
        return sum.IsSameAs(Bn254Curve.Frobenius(second.Double()));
    }
}
