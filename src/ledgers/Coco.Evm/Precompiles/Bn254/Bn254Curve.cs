using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>The groups of EIP-196 and EIP-197 and how the machine writes their points.</summary>
internal static class Bn254Curve
{
    internal const int G1Size = 2 * Fp.Size;
    internal const int G2Size = 4 * Fp.Size;

    /// <summary>6 x^2, modulo the order what the p-th power does to a point of G2.</summary>
    private static readonly UInt256 SixXSquared = new(0xF83E9682E87CFD46, 0x6F4D8248EEB859FB);

    private static readonly Fp Three = Fp.FromSmall(3);

    /// <summary>b of the twist: 3 / (9 + i).</summary>
    internal static readonly Fp2<Fp> TwistB = new Fp2<Fp>(Fp.FromSmall(9), Fp.One).Invert().Scale(Three);

    private static readonly Fp2<Fp> XRoot = Bn254Tower.FrobeniusRoot.Square();
    private static readonly Fp2<Fp> YRoot = XRoot * Bn254Tower.FrobeniusRoot;

    /// <summary>x, y; both zero is infinity. The whole curve is the group.</summary>
    internal static bool TryReadG1(ReadOnlySpan<byte> source, out AffinePoint<Fp> point)
    {
        point = default;
        if (!Fp.TryRead(source, out Fp x) || !Fp.TryRead(source[Fp.Size..], out Fp y)) return false;
        point = new AffinePoint<Fp>(x, y);
        return point.IsInfinity || point.IsOnCurve(Three);
    }

    /// <summary>x, y, in each the coefficient of i first; refused outside the group of prime order.</summary>
    internal static bool TryReadG2(ReadOnlySpan<byte> source, out AffinePoint<Fp2<Fp>> point)
    {
        point = default;
        if (!TryReadFp2(source, out Fp2<Fp> x) || !TryReadFp2(source[(2 * Fp.Size)..], out Fp2<Fp> y)) return false;
        point = new AffinePoint<Fp2<Fp>>(x, y);
        return point.IsInfinity || (point.IsOnCurve(TwistB) && IsInGroup(point));
    }

    internal static void Write(in JacobianPoint<Fp> point, Span<byte> destination)
    {
        AffinePoint<Fp> affine = point.ToAffine();
        affine.X.Write(destination);
        affine.Y.Write(destination[Fp.Size..]);
    }

    /// <summary>The p-th power of the point seen on the curve, taken back to the twist.</summary>
    internal static AffinePoint<Fp2<Fp>> Frobenius(in AffinePoint<Fp2<Fp>> point) =>
        new(point.X.Conjugate() * XRoot, point.Y.Conjugate() * YRoot);

    /// <summary>
    /// A point whose Frobenius image is its multiple by t - 1 = 6 x^2 is annihilated by p + 1 - t, which is the order
    /// (Scott, "A note on group membership tests", 2021).
    /// </summary>
    private static bool IsInGroup(in AffinePoint<Fp2<Fp>> point) =>
        new JacobianPoint<Fp2<Fp>>(point).Multiply(SixXSquared).IsSameAs(new JacobianPoint<Fp2<Fp>>(Frobenius(point)));

    private static bool TryReadFp2(ReadOnlySpan<byte> source, out Fp2<Fp> value)
    {
        value = default;
        if (!Fp.TryRead(source, out Fp c1) || !Fp.TryRead(source[Fp.Size..], out Fp c0)) return false;
        value = new Fp2<Fp>(c0, c1);
        return true;
    }
}
