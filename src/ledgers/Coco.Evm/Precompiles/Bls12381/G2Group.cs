using Coco.Evm.Precompiles.Fields;
using Coco.Evm.Precompiles.Fields.Lanes;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>A point of the twist has prime order if psi makes of it its multiple by the parameter (Scott, "A note on group membership tests", 2021).</summary>
internal readonly struct G2Group : ITwistGroup<Fp>
{
    private static readonly sbyte[] ParameterDigits = NonAdjacentForm.Binary(Bls12381Curve.X);

    public static ulong Parameter => Bls12381Curve.X;

    public static ReadOnlySpan<sbyte> Digits => ParameterDigits;

    public static bool Contains(in AffinePoint<Fp2<Fp>> point, in JacobianPoint<Fp2<Fp>> multiple) =>
        (-multiple).IsSameAs(Bls12381Curve.Psi(new JacobianPoint<Fp2<Fp>>(point)));
}
