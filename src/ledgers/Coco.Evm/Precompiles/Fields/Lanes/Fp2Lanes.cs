using System.Runtime.CompilerServices;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>C0 + C1 i with i^2 = -1 in each lane.</summary>
internal struct Fp2Lanes<L> : ILaneField<Fp2Lanes<L>> where L : unmanaged, ILaneNumber<L>
{
    internal L C0, C1;

    /// <summary>Two sums of two products, each with one reduction.</summary>
    public static void Multiply(in Fp2Lanes<L> a, in Fp2Lanes<L> b, out Fp2Lanes<L> product)
    {
        LaneLimbs.Negate(b.C1, out L negative);
        L.SumOfProducts(a.C0, b.C0, a.C1, negative, out L c0);
        L.SumOfProducts(a.C0, b.C1, a.C1, b.C0, out product.C1);
        product.C0 = c0;
    }

    /// <summary>(a0 + a1) (a0 - a1) and 2 a0 a1.</summary>
    public static void Square(in Fp2Lanes<L> a, out Fp2Lanes<L> square)
    {
        L.Add(a.C0, a.C1, out L sum);
        L.Modulus.CarryOn(ref sum);
        LaneLimbs.Negate(a.C1, out L difference);
        L.Add(a.C0, difference, out difference);
        L.Add(a.C0, a.C0, out L twice);
        L.Multiply(twice, a.C1, out square.C1);
        L.Multiply(sum, difference, out square.C0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(in Fp2Lanes<L> a, in Fp2Lanes<L> b, out Fp2Lanes<L> sum)
    {
        L.Add(a.C0, b.C0, out sum.C0);
        L.Add(a.C1, b.C1, out sum.C1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(in Fp2Lanes<L> a, in Fp2Lanes<L> b, out Fp2Lanes<L> difference)
    {
        L.Subtract(a.C0, b.C0, out difference.C0);
        L.Subtract(a.C1, b.C1, out difference.C1);
    }

    public static void Reduce(ref Fp2Lanes<L> number)
    {
        L.Reduce(ref number.C0);
        L.Reduce(ref number.C1);
    }

    internal static void Scale(in Fp2Lanes<L> a, in L factor, out Fp2Lanes<L> product)
    {
        L.Multiply(a.C0, factor, out product.C0);
        L.Multiply(a.C1, factor, out product.C1);
    }

    /// <summary>The p-th power, tight.</summary>
    internal static void Conjugate(in Fp2Lanes<L> a, out Fp2Lanes<L> conjugate)
    {
        LaneLimbs.Negate(a.C1, out L negative);
        L.Reduce(ref negative);
        (conjugate.C0, conjugate.C1) = (a.C0, negative);
    }
}
