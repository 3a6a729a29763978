using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>The groups of EIP-196 and EIP-197 and how the machine writes their points.</summary>
internal static class Bn254Curve
{
    internal const int G1Size = 2 * Fp.Size;
    internal const int G2Size = 4 * Fp.Size;

    /// <summary>The parameter of the curve.</summary>
    internal const ulong X = 4965661367192848881;

    private static readonly UInt256 Order = new(0x43E1F593F0000001, 0x2833E84879B97091, 0xB85045B68181585D, 0x30644E72E131A029);

    /// <summary>A cube root of one in Fp: (beta x, y) is a multiple of (x, y).</summary>
    private static readonly Fp Beta = FpOf(new(0x5763473177FFFFFE, 0xD4F263F1ACDB5C4F, 0x59E26BCEA0D48BAC));

    /// <summary>
    /// A short basis of the pairs (a, b) of which a + b lambda is a multiple of the order, for the lambda of the multiple above: (A, -B)
    /// and (C, A); with A and B times 2^256 over the order.
    /// </summary>
    private static readonly UInt256 A = new(0x89D3256894D213E3), B = new(0x8211BBEB7D4F1128, 0x6F4D8248EEB859FC), C = new(0x0BE4E1541221250B, 0x6F4D8248EEB859FD), AOverOrder = new(0xD91D232EC7E0B3D7, 0x0000000000000002), BOverOrder = new(0x7A7BD9D4391EB18D, 0x4CCEF014A773D2CF, 0x0000000000000002);

    private static readonly Fp Three = Fp.FromSmall(3);

    /// <summary>b of the twist: 3 / (9 + i).</summary>
    internal static readonly Fp2<Fp> TwistB = new Fp2<Fp>(Fp.FromSmall(9), Fp.One).Invert().Scale(Three);

    internal static readonly Fp2<Fp> XRoot = Bn254Tower.FrobeniusRoot.Square();
    internal static readonly Fp2<Fp> YRoot = XRoot * Bn254Tower.FrobeniusRoot;

    /// <summary>x, y; both zero is infinity. The whole curve is the group.</summary>
    internal static bool TryReadG1(ReadOnlySpan<byte> source, out AffinePoint<Fp> point)
    {
        point = default;
        if (!Fp.TryRead(source, out Fp x) || !Fp.TryRead(source[Fp.Size..], out Fp y)) return false;
        point = new AffinePoint<Fp>(x, y);
        return point.IsInfinity || point.IsOnCurve(Three);
    }

    /// <summary>x, y, in each the coefficient of i first; whether a point is in the group, <see cref="G2Group"/> tells.</summary>
    internal static bool TryReadG2(ReadOnlySpan<byte> source, out AffinePoint<Fp2<Fp>> point)
    {
        point = default;
        if (!TryReadFp2(source, out Fp2<Fp> x) || !TryReadFp2(source[(2 * Fp.Size)..], out Fp2<Fp> y)) return false;
        point = new AffinePoint<Fp2<Fp>>(x, y);
        return point.IsInfinity || point.IsOnCurve(TwistB);
    }

    internal static void Write(in JacobianPoint<Fp> point, Span<byte> destination)
    {
        AffinePoint<Fp> affine = point.ToAffine();
        affine.X.Write(destination);
        affine.Y.Write(destination[Fp.Size..]);
    }

    /// <summary>
    /// A multiple of a point: the scalar is split into two of half the length, of the point and of its image (Gallant, Lambert,
    /// Vanstone 2001), so that half the doublings are enough.
    /// </summary>
    internal static JacobianPoint<Fp> Multiply(in AffinePoint<Fp> point, in UInt256 scalar)
    {
        UInt256 k = scalar % Order, c1 = WideArithmetic.MultiplyHigh(k, AOverOrder), c2 = WideArithmetic.MultiplyHigh(k, BOverOrder);
        // Both are small and may be negative.
        UInt256 k1 = k - (c1 * A) - (c2 * C), k2 = (c1 * B) - (c2 * A);
        var sum = new MultiScalarSum<Fp>(2);
        sum.Add(point, k1.IsNegative ? -k1 : k1, k1.IsNegative);
        sum.AddImage<TimesLambda>(k2.IsNegative ? -k2 : k2, k2.IsNegative);
        JacobianPoint<Fp> product = sum.Finish();
        sum.Dispose();
        return product;
    }

    private static Fp FpOf(in UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[Fp.Size];
        value.WriteBigEndian(bytes);
        return Fp.TryRead(bytes, out Fp element) ? element : throw new ArgumentException("A constant is below the modulus.", nameof(value));
    }

    private readonly struct TimesLambda : IEndomorphism<Fp>
    {
        public static JacobianPoint<Fp> Map(in JacobianPoint<Fp> point) => new(point.X * Beta, point.Y, point.Z);
    }

    /// <summary>The p-th power of the point seen on the curve, taken back to the twist.</summary>
    internal static JacobianPoint<Fp2<Fp>> Frobenius(in JacobianPoint<Fp2<Fp>> point) =>
        new(point.X.Conjugate() * XRoot, point.Y.Conjugate() * YRoot, point.Z.Conjugate());

    private static bool TryReadFp2(ReadOnlySpan<byte> source, out Fp2<Fp> value)
    {
        value = default;
        if (!Fp.TryRead(source, out Fp c1) || !Fp.TryRead(source[Fp.Size..], out Fp c0)) return false;
        value = new Fp2<Fp>(c0, c1);
        return true;
    }
}
