namespace Coco.Evm.Precompiles.Fields;

/// <summary>C0 + C1 i with i^2 = -1, which is no square in either base field (p = 3 mod 4).</summary>
internal readonly struct Fp2<F>(in F c0, in F c1) : IField<Fp2<F>> where F : unmanaged, IField<F>
{
    internal readonly F C0 = c0, C1 = c1;

    public static Fp2<F> Zero => default;
    public static Fp2<F> One => new(F.One, F.Zero);

    public bool IsZero => C0.IsZero && C1.IsZero;

    public static Fp2<F> operator +(in Fp2<F> a, in Fp2<F> b) => new(a.C0 + b.C0, a.C1 + b.C1);
    public static Fp2<F> operator -(in Fp2<F> a, in Fp2<F> b) => new(a.C0 - b.C0, a.C1 - b.C1);
    public static Fp2<F> operator -(in Fp2<F> a) => new(-a.C0, -a.C1);

    /// <summary>Karatsuba.</summary>
    public static Fp2<F> operator *(in Fp2<F> a, in Fp2<F> b)
    {
        F low = a.C0 * b.C0, high = a.C1 * b.C1;
        F cross = (a.C0 + a.C1) * (b.C0 + b.C1);
        return new Fp2<F>(low - high, cross - low - high);
    }

    public static bool operator ==(in Fp2<F> a, in Fp2<F> b) => a.C0 == b.C0 && a.C1 == b.C1;
    public static bool operator !=(in Fp2<F> a, in Fp2<F> b) => !(a == b);

    public override bool Equals(object? obj) => obj is Fp2<F> other && this == other;

    public override int GetHashCode() => HashCode.Combine(C0.GetHashCode(), C1.GetHashCode());

    public Fp2<F> Double() => new(C0.Double(), C1.Double());

    public Fp2<F> Square()
    {
        F product = C0 * C1;
        return new Fp2<F>((C0 + C1) * (C0 - C1), product.Double());
    }

    public Fp2<F> Invert()
    {
        F norm = (C0.Square() + C1.Square()).Invert();
        return new Fp2<F>(C0 * norm, -(C1 * norm));
    }

    /// <summary>The p-th power.</summary>
    internal Fp2<F> Conjugate() => new(C0, -C1);

    internal Fp2<F> Scale(in F factor) => new(C0 * factor, C1 * factor);

    /// <summary>The power with a plain exponent, its lowest word first.</summary>
    internal Fp2<F> Power(ReadOnlySpan<ulong> exponent)
    {
        Fp2<F> result = One;
        for (int bit = (64 * exponent.Length) - 1; bit >= 0; bit--)
        {
            result = result.Square();
            if (((exponent[bit / 64] >> (bit % 64)) & 1) != 0) result *= this;
        }
        return result;
    }
}
