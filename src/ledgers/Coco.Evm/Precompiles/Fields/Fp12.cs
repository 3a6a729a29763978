namespace Coco.Evm.Precompiles.Fields;

/// <summary>C0 + C1 w with w^2 = v: where pairings take their values.</summary>
internal readonly struct Fp12<F, T>(in Fp6<F, T> c0, in Fp6<F, T> c1)
    where F : unmanaged, IField<F> where T : ITower<F>
{
    internal readonly Fp6<F, T> C0 = c0, C1 = c1;

    internal static Fp12<F, T> One => new(Fp6<F, T>.One, default);

    internal bool IsOne =>
        C0.B0 == Fp2<F>.One && C0.B1.IsZero && C0.B2.IsZero && C1.B0.IsZero && C1.B1.IsZero && C1.B2.IsZero;

    public static Fp12<F, T> operator *(in Fp12<F, T> a, in Fp12<F, T> b)
    {
        Fp6<F, T> low = a.C0 * b.C0, high = a.C1 * b.C1;
        Fp6<F, T> cross = (a.C0 + a.C1) * (b.C0 + b.C1);
        return new Fp12<F, T>(low + high.MultiplyByV(), cross - low - high);
    }

    /// <summary>The complex method: two products.</summary>
    internal Fp12<F, T> Square()
    {
        Fp6<F, T> product = C0 * C1;
        Fp6<F, T> c0 = ((C0 + C1) * (C0 + C1.MultiplyByV())) - product - product.MultiplyByV();
        return new Fp12<F, T>(c0, product + product);
    }

    /// <summary>The p^6-th power; the inverse in the cyclotomic subgroup.</summary>
    internal Fp12<F, T> Conjugate() => new(C0, -C1);

    internal Fp12<F, T> Invert()
    {
        Fp6<F, T> norm = ((C0 * C0) - (C1 * C1).MultiplyByV()).Invert();
        return new Fp12<F, T>(C0 * norm, -(C1 * norm));
    }

    /// <summary>The p-th power: conjugates the coefficient of w^k and multiplies it by the root to the k.</summary>
    internal Fp12<F, T> Frobenius()
    {
        Fp2<F> root = T.FrobeniusRoot, square = root.Square(), cube = square * root;
        var c0 = new Fp6<F, T>(C0.B0.Conjugate(), C0.B1.Conjugate() * square, C0.B2.Conjugate() * square.Square());
        var c1 = new Fp6<F, T>(C1.B0.Conjugate() * root, C1.B1.Conjugate() * cube, C1.B2.Conjugate() * (square * cube));
        return new Fp12<F, T>(c0, c1);
    }

    /// <summary>Squares a member of the cyclotomic subgroup (Granger and Scott, "Faster squaring in the cyclotomic subgroup", 2010).</summary>
    internal Fp12<F, T> CyclotomicSquare()
    {
        SquareQuartic(C0.B0, C1.B1, out Fp2<F> r0, out Fp2<F> r1);
        SquareQuartic(C1.B0, C0.B2, out Fp2<F> r2, out Fp2<F> r3);
        SquareQuartic(C0.B1, C1.B2, out Fp2<F> r4, out Fp2<F> r5);
        var c0 = new Fp6<F, T>(Minus(r0, C0.B0), Minus(r2, C0.B1), Minus(r4, C0.B2));
        var c1 = new Fp6<F, T>(Plus(T.MultiplyByXi(r5), C1.B0), Plus(r1, C1.B1), Plus(r3, C1.B2));
        return new Fp12<F, T>(c0, c1);
    }

    /// <summary>The power of a member of the cyclotomic subgroup.</summary>
    internal Fp12<F, T> CyclotomicPower(ulong exponent)
    {
        Fp12<F, T> result = this;
        for (int bit = 62 - System.Numerics.BitOperations.LeadingZeroCount(exponent); bit >= 0; bit--)
        {
            result = result.CyclotomicSquare();
            if (((exponent >> bit) & 1) != 0) result *= this;
        }
        return result;
    }

    /// <summary>The power (p^6 - 1)(p^2 + 1), which leads into the cyclotomic subgroup.</summary>
    internal Fp12<F, T> EnterCyclotomic()
    {
        Fp12<F, T> power = Conjugate() * Invert();
        return power.Frobenius().Frobenius() * power;
    }

    /// <summary>Times c0 + c3 w + c4 w^3: a line on a curve with a D-twist.</summary>
    internal Fp12<F, T> MultiplyBy034(in Fp2<F> c0, in Fp2<F> c3, in Fp2<F> c4)
    {
        Fp6<F, T> low = C0.Scale(c0), high = C1.MultiplyBy01(c3, c4);
        Fp6<F, T> cross = (C0 + C1).MultiplyBy01(c0 + c3, c4);
        return new Fp12<F, T>(low + high.MultiplyByV(), cross - low - high);
    }

    /// <summary>Times c0 + c1 w^2 + c4 w^3: a line on a curve with an M-twist.</summary>
    internal Fp12<F, T> MultiplyBy014(in Fp2<F> c0, in Fp2<F> c1, in Fp2<F> c4)
    {
        Fp6<F, T> low = C0.MultiplyBy01(c0, c1), high = C1.MultiplyBy1(c4);
        Fp6<F, T> cross = (C0 + C1).MultiplyBy01(c0, c1 + c4);
        return new Fp12<F, T>(low + high.MultiplyByV(), cross - low - high);
    }

    private static void SquareQuartic(in Fp2<F> a, in Fp2<F> b, out Fp2<F> c0, out Fp2<F> c1)
    {
        Fp2<F> aa = a.Square(), bb = b.Square();
        c0 = T.MultiplyByXi(bb) + aa;
        c1 = (a + b).Square() - aa - bb;
    }

    /// <summary>3 a - 2 b</summary>
    private static Fp2<F> Minus(in Fp2<F> a, in Fp2<F> b) => (a - b).Double() + a;

    /// <summary>3 a + 2 b</summary>
    private static Fp2<F> Plus(in Fp2<F> a, in Fp2<F> b) => (a + b).Double() + a;
}
