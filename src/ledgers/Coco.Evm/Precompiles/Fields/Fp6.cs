namespace Coco.Evm.Precompiles.Fields;

/// <summary>B0 + B1 v + B2 v^2 with v^3 = xi.</summary>
internal readonly struct Fp6<F, T>(in Fp2<F> b0, in Fp2<F> b1, in Fp2<F> b2)
    where F : unmanaged, IField<F> where T : ITower<F>
{
    internal readonly Fp2<F> B0 = b0, B1 = b1, B2 = b2;

    internal static Fp6<F, T> One => new(Fp2<F>.One, default, default);

    public static Fp6<F, T> operator +(in Fp6<F, T> a, in Fp6<F, T> b) => new(a.B0 + b.B0, a.B1 + b.B1, a.B2 + b.B2);
    public static Fp6<F, T> operator -(in Fp6<F, T> a, in Fp6<F, T> b) => new(a.B0 - b.B0, a.B1 - b.B1, a.B2 - b.B2);
    public static Fp6<F, T> operator -(in Fp6<F, T> a) => new(-a.B0, -a.B1, -a.B2);

    /// <summary>Karatsuba: six products (Devegili et al., "Multiplication and squaring on pairing-friendly fields", 2006).</summary>
    public static Fp6<F, T> operator *(in Fp6<F, T> a, in Fp6<F, T> b)
    {
        Fp2<F> v0 = a.B0 * b.B0, v1 = a.B1 * b.B1, v2 = a.B2 * b.B2;
        Fp2<F> t0 = ((a.B1 + a.B2) * (b.B1 + b.B2)) - v1 - v2;
        Fp2<F> t1 = ((a.B0 + a.B1) * (b.B0 + b.B1)) - v0 - v1;
        Fp2<F> t2 = ((a.B0 + a.B2) * (b.B0 + b.B2)) - v0 - v2;
        return new Fp6<F, T>(v0 + T.MultiplyByXi(t0), t1 + T.MultiplyByXi(v2), t2 + v1);
    }

    internal Fp6<F, T> MultiplyByV() => new(T.MultiplyByXi(B2), B0, B1);

    internal Fp6<F, T> Invert()
    {
        Fp2<F> c0 = B0.Square() - T.MultiplyByXi(B1 * B2);
        Fp2<F> c1 = T.MultiplyByXi(B2.Square()) - (B0 * B1);
        Fp2<F> c2 = B1.Square() - (B0 * B2);
        Fp2<F> norm = ((B0 * c0) + T.MultiplyByXi((B2 * c1) + (B1 * c2))).Invert();
        return new Fp6<F, T>(c0 * norm, c1 * norm, c2 * norm);
    }
}
