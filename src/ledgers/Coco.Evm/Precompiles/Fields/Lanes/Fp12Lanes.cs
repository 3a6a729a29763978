using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Coco.Evm.Precompiles.Fields.Lanes.LaneLimbs;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>
/// C0 + C1 w with w^2 = v in three lanes, C0, C1 and C0 + C1: what Karatsuba's method multiplies stands side by side, so that a product of
/// Fp12 is one of Fp6 in lanes. The coefficients of 1, v and v^2 are tight.
/// </summary>
[SkipLocalsInit]
internal struct Fp12Lanes<L> where L : unmanaged, ILaneNumber<L>
{
    internal Fp2Lanes<L> B0, B1, B2;

    internal static void Multiply<T>(in Fp12Lanes<L> a, in Fp12Lanes<L> b, out Fp12Lanes<L> product) where T : ILaneTower<L>
    {
        Products p;
        Fp2Lanes<L>.Multiply(a.B0, b.B0, out p.V0);
        Fp2Lanes<L>.Multiply(a.B1, b.B1, out p.V1);
        Fp2Lanes<L>.Multiply(a.B2, b.B2, out p.V2);
        MultiplySums(a.B1, a.B2, b.B1, b.B2, out p.Cross12);
        MultiplySums(a.B0, a.B1, b.B0, b.B1, out p.Cross01);
        MultiplySums(a.B0, a.B2, b.B0, b.B2, out p.Cross02);
        Join<T>(p, out product);
    }

    internal static void Square<T>(in Fp12Lanes<L> a, out Fp12Lanes<L> square) where T : ILaneTower<L>
    {
        Products p;
        Fp2Lanes<L>.Square(a.B0, out p.V0);
        Fp2Lanes<L>.Square(a.B1, out p.V1);
        Fp2Lanes<L>.Square(a.B2, out p.V2);
        SquareSum(a.B1, a.B2, out p.Cross12);
        SquareSum(a.B0, a.B1, out p.Cross01);
        SquareSum(a.B0, a.B2, out p.Cross02);
        Join<T>(p, out square);
    }

    /// <summary>Times the line through points of one lane of a group of pairs: five of its twelve coefficients are not zero.</summary>
    internal static void MultiplyByLine<T>(in Fp12Lanes<L> a, in LineLanes<L> line, int lane, out Fp12Lanes<L> product) where T : ILaneTower<L>
    {
        line.Spread<T>(lane, out Fp2Lanes<L> c0, out Fp2Lanes<L> c1);
        Products p;
        Fp2Lanes<L>.Multiply(c0, a.B0, out p.V0);
        Fp2Lanes<L>.Multiply(c1, a.B1, out p.V1);
        p.V2 = default;
        Fp2Lanes<L>.Add(a.B1, a.B2, out Fp2Lanes<L> sum);
        Fp2Lanes<L>.Multiply(c1, sum, out p.Cross12);
        Fp2Lanes<L>.Add(a.B0, a.B2, out sum);
        Fp2Lanes<L>.Multiply(c0, sum, out p.Cross02);
        Fp2Lanes<L>.Add(a.B0, a.B1, out sum);
        Fp2Lanes<L>.Add(c0, c1, out c0);
        L.Modulus.CarryOn(ref c0.C0);
        L.Modulus.CarryOn(ref c0.C1);
        Fp2Lanes<L>.Multiply(c0, sum, out p.Cross01);
        Join<T>(p, out product);
    }

    /// <summary>The p^6-th power; the inverse in the cyclotomic subgroup.</summary>
    internal static void Conjugate(in Fp12Lanes<L> a, out Fp12Lanes<L> conjugate)
    {
        conjugate = a;
        Turn(ref conjugate.B0);
        Turn(ref conjugate.B1);
        Turn(ref conjugate.B2);
    }

    /// <summary>The p-th power: conjugates the coefficient of w^k and multiplies it by the root to the k.</summary>
    internal static void Frobenius<T>(in Fp12Lanes<L> a, out Fp12Lanes<L> power) where T : ILaneTower<L>
    {
        ref readonly Fp12Lanes<L> roots = ref T.FrobeniusRoots;
        MultiplyConjugate(a.B0, roots.B0, out power.B0);
        MultiplyConjugate(a.B1, roots.B1, out power.B1);
        MultiplyConjugate(a.B2, roots.B2, out power.B2);
    }

    /// <summary>Puts the sum of the first two lanes into the third.</summary>
    internal static void FillSum(ref Fp2Lanes<L> a)
    {
        for (nint i = 0; i < L.Limbs; i++)
        {
            L.Limb(ref a.C0, i) = WithSum(L.Limb(ref a.C0, i));
            L.Limb(ref a.C1, i) = WithSum(L.Limb(ref a.C1, i));
        }
        L.Modulus.CarryOn(ref a.C0);
        L.Modulus.CarryOn(ref a.C1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> WithSum(Vector256<ulong> a) =>
        Vector256.Shuffle(a, Vector256.Create(0UL, 1, 0, 0)) + (LaneMasks.Lane1(a) & LaneMasks.Of2);

    private static void MultiplyConjugate(in Fp2Lanes<L> a, in Fp2Lanes<L> root, out Fp2Lanes<L> product)
    {
        Fp2Lanes<L>.Conjugate(a, out Fp2Lanes<L> conjugate);
        Fp2Lanes<L>.Multiply(conjugate, root, out product);
        FillSum(ref product);
    }

    /// <summary>x, y, x + y becomes x, -y, x - y.</summary>
    private static void Turn(ref Fp2Lanes<L> a)
    {
        for (nint i = 0; i < L.Limbs; i++)
        {
            ref Vector256<ulong> real = ref L.Limb(ref a.C0, i), imaginary = ref L.Limb(ref a.C1, i);
            real -= (LaneMasks.Lane1(real) & LaneMasks.Of12) << 1;
            imaginary -= (LaneMasks.Lane1(imaginary) & LaneMasks.Of12) << 1;
        }
        Fp2Lanes<L>.Reduce(ref a);
    }

    private static void MultiplySums(in Fp2Lanes<L> a, in Fp2Lanes<L> b, in Fp2Lanes<L> c, in Fp2Lanes<L> d, out Fp2Lanes<L> product)
    {
        Fp2Lanes<L>.Add(a, b, out Fp2Lanes<L> left);
        Fp2Lanes<L>.Add(c, d, out Fp2Lanes<L> right);
        Fp2Lanes<L>.Multiply(left, right, out product);
    }

    private static void SquareSum(in Fp2Lanes<L> a, in Fp2Lanes<L> b, out Fp2Lanes<L> square)
    {
        Fp2Lanes<L>.Add(a, b, out Fp2Lanes<L> sum);
        Fp2Lanes<L>.Square(sum, out square);
    }

    /// <summary>From the products of Karatsuba's method to the coefficients: of Fp6 in each lane first, of Fp12 across the lanes then.</summary>
    private static void Join<T>(in Products p, out Fp12Lanes<L> result) where T : ILaneTower<L>
    {
        Unsafe.SkipInit(out result);
        for (nint i = 0; i < L.Limbs; i++)
        {
            Vector256<ulong> v0 = At(p.V0.C0, i), v1 = At(p.V1.C0, i), v2 = At(p.V2.C0, i), low = At(p.Cross12.C0, i) - v1 - v2;
            Vector256<ulong> w0 = At(p.V0.C1, i), w1 = At(p.V1.C1, i), w2 = At(p.V2.C1, i), lowImaginary = At(p.Cross12.C1, i) - w1 - w2;
            Vector256<ulong> x0 = v0 + T.XiReal(low, lowImaginary), y0 = w0 + T.XiImaginary(low, lowImaginary);
            Vector256<ulong> x1 = At(p.Cross01.C0, i) - v0 - v1 + T.XiReal(v2, w2), y1 = At(p.Cross01.C1, i) - w0 - w1 + T.XiImaginary(v2, w2);
            Vector256<ulong> x2 = At(p.Cross02.C0, i) - v0 - v2 + v1, y2 = At(p.Cross02.C1, i) - w0 - w2 + w1;
            L.Limb(ref result.B0.C0, i) = Across(x0, T.XiReal(x2, y2));
            L.Limb(ref result.B0.C1, i) = Across(y0, T.XiImaginary(x2, y2));
            L.Limb(ref result.B1.C0, i) = Across(x1, x0);
            L.Limb(ref result.B1.C1, i) = Across(y1, y0);
            L.Limb(ref result.B2.C0, i) = Across(x2, x1);
            L.Limb(ref result.B2.C1, i) = Across(y2, y1);
        }
        Fp2Lanes<L>.Reduce(ref result.B0);
        Fp2Lanes<L>.Reduce(ref result.B1);
        Fp2Lanes<L>.Reduce(ref result.B2);
    }

    /// <summary>From the products low, high, cross to low + v high, cross - low - high, and the sum of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Across(Vector256<ulong> product, Vector256<ulong> timesV) =>
        Vector256.Shuffle(product, Vector256.Create(0UL, 2, 2, 3)) - (Vector256.Shuffle(product, Vector256.Create(0UL, 0, 1, 3)) & LaneMasks.Of12)
        - (product & LaneMasks.Of1) + (LaneMasks.Lane1(timesV) & LaneMasks.Of02);

    private struct Products
    {
        internal Fp2Lanes<L> V0, V1, V2, Cross12, Cross01, Cross02;
    }
}
