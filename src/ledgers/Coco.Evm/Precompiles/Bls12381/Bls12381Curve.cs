using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>The groups of EIP-2537.</summary>
internal static class Bls12381Curve
{
    /// <summary>The parameter of the curve is minus this.</summary>
    internal const ulong X = 0xD201000000010000;

    /// <summary>Points that <see cref="AddMultiple(ref MultiScalarSum{Fp}, in AffinePoint{Fp}, in UInt256)"/> makes of one.</summary>
    internal const int G1Digits = 2;

    /// <summary>The same in G2.</summary>
    internal const int G2Digits = 4;

    /// <summary>Of both groups: x^4 - x^2 + 1.</summary>
    private static readonly UInt256 Order = new(0xFFFFFFFF00000001, 0x53BDA402FFFE5BFE, 0x3339D80809A1D805, 0x73EDA753299D7D48);

    private static readonly UInt256 XSquared = (UInt256)X * X;

    internal static readonly Fp B = Fp.FromSmall(4);

    /// <summary>b of the twist: 4 (1 + i).</summary>
    internal static readonly Fp2<Fp> TwistB = new(B, B);

    /// <summary>A cube root of one: (beta x, y) is the multiple of (x, y) by minus the square of the parameter.</summary>
    internal static readonly Fp Beta = Fp.FromHex(
        "5f19672fdf76ce51ba69c6076a0f77eaddb3a93be6f89688de17d813620a00022e01fffffffefffe");

    private static readonly Fp2<Fp> XRoot = Bls12381Tower.FrobeniusRoot.Square().Invert();
    private static readonly Fp2<Fp> YRoot = XRoot * Bls12381Tower.FrobeniusRoot.Invert();

    /// <summary>
    /// Adds a multiple of a point of G1: the scalar is written in base x^2, whose multiple of the point costs one product, so that
    /// half the doublings are enough (Gallant, Lambert, Vanstone 2001). The order is below x^4.
    /// </summary>
    internal static void AddMultiple(ref MultiScalarSum<Fp> sum, in AffinePoint<Fp> point, in UInt256 scalar)
    {
        UInt256 rest = scalar % Order, high = rest / XSquared;
        sum.Add(point, rest - (high * XSquared));
        sum.AddImage<TimesXSquared>(high);
    }

    /// <summary>The same in G2 in base x: four digits of 64 bits, each of the next image under minus psi (Galbraith, Lin, Scott 2009).</summary>
    internal static void AddMultiple(ref MultiScalarSum<Fp2<Fp>> sum, in AffinePoint<Fp2<Fp>> point, in UInt256 scalar)
    {
        UInt256 rest = scalar % Order;
        for (int digit = 0; digit < G2Digits; digit++)
        {
            UInt256 next = rest / X, lowest = rest - (next * X);
            if (digit == 0) sum.Add(point, lowest);
            else sum.AddImage<TimesX>(lowest);
            rest = next;
        }
    }

    private readonly struct TimesXSquared : IEndomorphism<Fp>
    {
        public static JacobianPoint<Fp> Map(in JacobianPoint<Fp> point) => new(point.X * Beta, -point.Y, point.Z);
    }

    private readonly struct TimesX : IEndomorphism<Fp2<Fp>>
    {
        public static JacobianPoint<Fp2<Fp>> Map(in JacobianPoint<Fp2<Fp>> point) => -Psi(point);
    }

    /// <summary>Untwist, p-th power, twist.</summary>
    internal static JacobianPoint<Fp2<Fp>> Psi(in JacobianPoint<Fp2<Fp>> point) =>
        new(point.X.Conjugate() * XRoot, point.Y.Conjugate() * YRoot, point.Z.Conjugate());
}
