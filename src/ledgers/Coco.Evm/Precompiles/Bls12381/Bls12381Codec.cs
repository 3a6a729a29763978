using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>How the machine writes field elements and points (EIP-2537, "Fine points and encoding of base elements").</summary>
internal static class Bls12381Codec
{
    /// <summary>48 bytes behind 16 zeros.</summary>
    internal const int FpSize = 64;
    internal const int Fp2Size = 2 * FpSize;
    internal const int G1Size = 2 * FpSize;
    internal const int G2Size = 2 * Fp2Size;

    private const int Padding = FpSize - Fp.Size;

    internal static bool TryReadFp(ReadOnlySpan<byte> source, out Fp value)
    {
        value = default;
        return !source[..Padding].ContainsAnyExcept((byte)0) && Fp.TryRead(source[Padding..], out value);
    }

    internal static bool TryReadFp2(ReadOnlySpan<byte> source, out Fp2<Fp> value)
    {
        value = default;
        if (!TryReadFp(source, out Fp c0) || !TryReadFp(source[FpSize..], out Fp c1)) return false;
        value = new Fp2<Fp>(c0, c1);
        return true;
    }

    /// <summary>A point of the curve, in the group of prime order or not; zeros are infinity.</summary>
    internal static bool TryReadG1(ReadOnlySpan<byte> source, out AffinePoint<Fp> point)
    {
        point = default;
        if (!TryReadFp(source, out Fp x) || !TryReadFp(source[FpSize..], out Fp y)) return false;
        point = new AffinePoint<Fp>(x, y);
        return point.IsInfinity || point.IsOnCurve(Bls12381Curve.B);
    }

    /// <summary>A point of the twist, in the group of prime order or not; zeros are infinity.</summary>
    internal static bool TryReadG2(ReadOnlySpan<byte> source, out AffinePoint<Fp2<Fp>> point)
    {
        point = default;
        if (!TryReadFp2(source, out Fp2<Fp> x) || !TryReadFp2(source[Fp2Size..], out Fp2<Fp> y)) return false;
        point = new AffinePoint<Fp2<Fp>>(x, y);
        return point.IsInfinity || point.IsOnCurve(Bls12381Curve.TwistB);
    }

    internal static void Write(in JacobianPoint<Fp> point, Span<byte> destination)
    {
        AffinePoint<Fp> affine = point.ToAffine();
        WriteFp(affine.X, destination);
        WriteFp(affine.Y, destination[FpSize..]);
    }

    internal static void Write(in JacobianPoint<Fp2<Fp>> point, Span<byte> destination)
    {
        AffinePoint<Fp2<Fp>> affine = point.ToAffine();
        WriteFp(affine.X.C0, destination);
        WriteFp(affine.X.C1, destination[FpSize..]);
        WriteFp(affine.Y.C0, destination[Fp2Size..]);
        WriteFp(affine.Y.C1, destination[(Fp2Size + FpSize)..]);
    }

    private static void WriteFp(in Fp value, Span<byte> destination)
    {
        destination[..Padding].Clear();
        value.Write(destination[Padding..]);
    }
}
