using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>Maps a field element to a point of prime order (RFC 9380: simplified SWU, isogeny, clearing the cofactor).</summary>
internal static class MapToCurve
{
    private static readonly Fp A1 = Fp.FromHex("144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1d");
    private static readonly Fp B1 = Fp.FromHex("12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0");
    private static readonly Fp Z1 = Fp.FromSmall(11);

    private static readonly SwuConstants<Fp> Swu1 = new(A1, B1, Z1);

    /// <summary>A root of -Z^3.</summary>
    private static readonly Fp RootOfZ1 = Fp.FromHex("3d689d1e0e762cef9f2bec6130316806b4c80eda6fc10ce77ae83eab1ea8b8b8a407c9c6db195e06f2dbeabc2baeff5");

    private static readonly Fp2<Fp> A2 = new(Fp.Zero, Fp.FromSmall(240));
    private static readonly Fp2<Fp> B2 = new(Fp.FromSmall(1012), Fp.FromSmall(1012));
    private static readonly Fp2<Fp> Z2 = new(-Fp.FromSmall(2), -Fp.One);
    private static readonly SwuConstants<Fp2<Fp>> Swu2 = new(A2, B2, Z2);

    /// <summary>RFC 9380, 8.8.1 without hashing; the cofactor is cleared by 1 - x for the parameter x.</summary>
    internal static JacobianPoint<Fp> ToG1(in Fp u)
    {
        SwuCandidates(u, Swu1, out Fp x, out Fp other);
        if (!Right(x, A1, B1).TrySquareRoot(out Fp y))
        {
            // The right side at the other x is Z^3 u^6 times that at the first, of which y is a root but for the sign (RFC 9380, F.2).
            x = other;
            y *= u.Square() * u * RootOfZ1;
        }
        if (u.IsOdd != y.IsOdd) y = -y;
        JacobianPoint<Fp> point = Isogeny(
            x, y, IsogenyG1.XNumerator, IsogenyG1.XDenominator, IsogenyG1.YNumerator, IsogenyG1.YDenominator);
        return point.MultiplySparse(Bls12381Curve.X) + point;
    }

    /// <summary>RFC 9380, 8.8.2 without hashing, and G.3 for the cofactor.</summary>
    internal static JacobianPoint<Fp2<Fp>> ToG2(in Fp2<Fp> u)
    {
        SwuCandidates(u, Swu2, out Fp2<Fp> x, out Fp2<Fp> other);
        if (!SquareRootFp2.TryCompute(Right(x, A2, B2), out Fp2<Fp> y))
        {
            x = other;
            SquareRootFp2.TryCompute(Right(x, A2, B2), out y);
        }
        if (IsOdd(u) != IsOdd(y)) y = -y;
        return ClearCofactor(Isogeny(
            x, y, IsogenyG2.XNumerator, IsogenyG2.XDenominator, IsogenyG2.YNumerator, IsogenyG2.YDenominator));
    }

    /// <summary>[x^2 - x - 1] P + [x - 1] psi(P) + psi(psi(2 P)) for the negative parameter x (Budroni and Pintore 2017).</summary>
    private static JacobianPoint<Fp2<Fp>> ClearCofactor(in JacobianPoint<Fp2<Fp>> p)
    {
        JacobianPoint<Fp2<Fp>> xp = -p.MultiplySparse(Bls12381Curve.X), psi = Bls12381Curve.Psi(p);
        JacobianPoint<Fp2<Fp>> sum = xp + psi;
        sum = -sum.MultiplySparse(Bls12381Curve.X);
        sum += -xp;
        sum += -psi;
        sum += -p;
        return sum + Bls12381Curve.Psi(Bls12381Curve.Psi(p.Double()));
    }

    /// <summary>The two values of x of which one is on y^2 = x^3 + a x + b (RFC 9380, 6.6.2).</summary>
    private static void SwuCandidates<F>(in F u, in SwuConstants<F> constants, out F first, out F second) where F : unmanaged, IField<F>
    {
        F zu = constants.Z * u.Square(), denominator = zu.Square() + zu;
        F inverse = denominator.Invert();
        first = inverse.IsZero ? constants.Exceptional : constants.Ratio * (F.One + inverse);
        second = zu * first;
    }

    /// <summary>What the map takes of y^2 = x^3 + a x + b and of its z.</summary>
    private readonly struct SwuConstants<F>(in F a, in F b, in F z) where F : unmanaged, IField<F>
    {
        internal readonly F Z = z, Ratio = -b * a.Invert(), Exceptional = b * (z * a).Invert();
    }

    private static F Right<F>(in F x, in F a, in F b) where F : unmanaged, IField<F> => ((x.Square() + a) * x) + b;

    private static JacobianPoint<F> Isogeny<F>(in F x, in F y, F[] xNumerator, F[] xDenominator, F[] yNumerator, F[] yDenominator)
        where F : unmanaged, IField<F>
    {
        F xBelow = Polynomial(xDenominator, x), yBelow = Polynomial(yDenominator, x);
        // Z is the product of both denominators, so that no inversion is needed; zero is infinity, as the RFC has it.
        F z = xBelow * yBelow, zz = z.Square();
        F above = Polynomial(xNumerator, x) * yBelow * z, right = y * Polynomial(yNumerator, x) * xBelow * zz;
        return z.IsZero ? JacobianPoint<F>.Infinity : new JacobianPoint<F>(above, right, z);
    }

    private static F Polynomial<F>(F[] coefficients, in F x) where F : unmanaged, IField<F>
    {
        F value = coefficients[^1];
        for (int i = coefficients.Length - 2; i >= 0; i--) value = (value * x) + coefficients[i];
        return value;
    }

    /// <summary>sgn0 of RFC 9380, 4.1.</summary>
    private static bool IsOdd(in Fp2<Fp> value) => value.C0.IsOdd || (value.C0.IsZero && value.C1.IsOdd);
}
