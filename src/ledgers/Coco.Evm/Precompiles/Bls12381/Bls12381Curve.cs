using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>The groups of EIP-2537 and their membership tests.</summary>
internal static class Bls12381Curve
{
    /// <summary>The parameter of the curve is minus this.</summary>
    internal const ulong X = 0xD201000000010000;

    internal static readonly Fp B = Fp.FromSmall(4);

    /// <summary>b of the twist: 4 (1 + i).</summary>
    internal static readonly Fp2<Fp> TwistB = new(B, B);

    /// <summary>A cube root of one: (beta x, y) is the multiple of (x, y) by minus the square of the parameter.</summary>
    private static readonly Fp Beta = Fp.FromHex(
        "5f19672fdf76ce51ba69c6076a0f77eaddb3a93be6f89688de17d813620a00022e01fffffffefffe");

    private static readonly Fp2<Fp> XRoot = Bls12381Tower.FrobeniusRoot.Square().Invert();
    private static readonly Fp2<Fp> YRoot = XRoot * Bls12381Tower.FrobeniusRoot.Invert();

    /// <summary>Whether a point of the curve has prime order (Scott, "A note on group membership tests", 2021).</summary>
    internal static bool IsInG1(in AffinePoint<Fp> point)
    {
        JacobianPoint<Fp> multiple = -new JacobianPoint<Fp>(point).MultiplySparse(X).MultiplySparse(X);
        return multiple.IsSameAs(new JacobianPoint<Fp>(new AffinePoint<Fp>(point.X * Beta, point.Y)));
    }

    /// <summary>Whether a point of the twist has prime order: psi is then the multiple by the parameter (the same note).</summary>
    internal static bool IsInG2(in AffinePoint<Fp2<Fp>> point)
    {
        JacobianPoint<Fp2<Fp>> jacobian = new(point);
        return (-jacobian.MultiplySparse(X)).IsSameAs(Psi(jacobian));
    }

    /// <summary>Untwist, p-th power, twist.</summary>
    internal static JacobianPoint<Fp2<Fp>> Psi(in JacobianPoint<Fp2<Fp>> point) =>
        new(point.X.Conjugate() * XRoot, point.Y.Conjugate() * YRoot, point.Z.Conjugate());
}
