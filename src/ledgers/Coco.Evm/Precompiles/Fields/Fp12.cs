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

    /// <summary>The power (p^6 - 1)(p^2 + 1), which leads into the cyclotomic subgroup.</summary>
    internal Fp12<F, T> EnterCyclotomic()
    {
        Fp12<F, T> power = Conjugate() * Invert();
        return power.Frobenius().Frobenius() * power;
    }
}
