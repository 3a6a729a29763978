using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Coco.Evm.Precompiles.Fields.Lanes.LaneLimbs;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>
/// A member of the cyclotomic subgroup of Fp12 as three numbers A + B y of a quartic field in three lanes: the coefficients of 1 and w^3,
/// of w and w^4, of w^2 and w^5 (Granger and Scott, "Faster squaring in the cyclotomic subgroup", 2010).
/// </summary>
[SkipLocalsInit]
internal struct CyclotomicLanes<L> where L : unmanaged, ILaneNumber<L>
{
    private Fp2Lanes<L> _a, _b;

    internal CyclotomicLanes(in Fp12Lanes<L> value)
    {
        Unsafe.SkipInit(out this);
        for (nint i = 0; i < L.Limbs; i++)
        {
            (L.Limb(ref _a.C0, i), L.Limb(ref _b.C0, i)) = Gather(At(value.B0.C0, i), At(value.B1.C0, i), At(value.B2.C0, i));
            (L.Limb(ref _a.C1, i), L.Limb(ref _b.C1, i)) = Gather(At(value.B0.C1, i), At(value.B1.C1, i), At(value.B2.C1, i));
        }
    }

    internal readonly void CopyTo(out Fp12Lanes<L> value)
    {
        Unsafe.SkipInit(out value);
        for (nint i = 0; i < L.Limbs; i++)
        {
            (L.Limb(ref value.B0.C0, i), L.Limb(ref value.B1.C0, i), L.Limb(ref value.B2.C0, i)) = Scatter(At(_a.C0, i), At(_b.C0, i));
            (L.Limb(ref value.B0.C1, i), L.Limb(ref value.B1.C1, i), L.Limb(ref value.B2.C1, i)) = Scatter(At(_a.C1, i), At(_b.C1, i));
        }
        Fp12Lanes<L>.FillSum(ref value.B0);
        Fp12Lanes<L>.FillSum(ref value.B1);
        Fp12Lanes<L>.FillSum(ref value.B2);
    }

    internal void Square<T>() where T : ILaneTower<L>
    {
        Fp2Lanes<L>.Add(_a, _b, out Fp2Lanes<L> sum);
        Fp2Lanes<L>.Square(sum, out sum);
        Fp2Lanes<L>.Square(_a, out Fp2Lanes<L> aa);
        Fp2Lanes<L>.Square(_b, out Fp2Lanes<L> bb);
        for (nint i = 0; i < L.Limbs; i++)
        {
            Vector256<ulong> a = At(aa.C0, i), b = At(bb.C0, i), ai = At(aa.C1, i), bi = At(bb.C1, i);
            Vector256<ulong> odd = At(sum.C0, i) - a - b, oddImaginary = At(sum.C1, i) - ai - bi;
            Vector256<ulong> even = a + T.XiReal(b, bi), evenImaginary = ai + T.XiImaginary(b, bi);
            Rotate(even, odd, T.XiReal(odd, oddImaginary), ref L.Limb(ref _a.C0, i), ref L.Limb(ref _b.C0, i));
            Rotate(evenImaginary, oddImaginary, T.XiImaginary(odd, oddImaginary), ref L.Limb(ref _a.C1, i), ref L.Limb(ref _b.C1, i));
        }
        Fp2Lanes<L>.Reduce(ref _a);
        Fp2Lanes<L>.Reduce(ref _b);
    }

    /// <summary>The power whose digits are given, the highest last and positive; they are zero or odd and below eight.</summary>
    internal static void Power<T>(in Fp12Lanes<L> value, ReadOnlySpan<sbyte> digits, out Fp12Lanes<L> power) where T : ILaneTower<L>
    {
        Span<Fp12Lanes<L>> odd = stackalloc Fp12Lanes<L>[4];
        FillTable<T>(value, odd[..((MaxOf(digits) / 2) + 1)]);
        power = odd[digits[^1] / 2];
        var running = new CyclotomicLanes<L>(power);
        for (int i = digits.Length - 2; i >= 0; i--)
        {
            running.Square<T>();
            int digit = digits[i];
            if (digit == 0) continue;
            running.CopyTo(out power);
            if (digit > 0) Fp12Lanes<L>.Multiply<T>(power, odd[digit / 2], out power);
            else MultiplyInverse<T>(ref power, odd[-digit / 2]);
            running = new CyclotomicLanes<L>(power);
        }
        running.CopyTo(out power);
    }

    private static void MultiplyInverse<T>(ref Fp12Lanes<L> power, in Fp12Lanes<L> factor) where T : ILaneTower<L>
    {
        Fp12Lanes<L>.Conjugate(factor, out Fp12Lanes<L> inverse);
        Fp12Lanes<L>.Multiply<T>(power, inverse, out power);
    }

    /// <summary>The powers 1, 3, 5, ...</summary>
    private static void FillTable<T>(in Fp12Lanes<L> value, Span<Fp12Lanes<L>> odd) where T : ILaneTower<L>
    {
        odd[0] = value;
        if (odd.Length == 1) return;
        var square = new CyclotomicLanes<L>(value);
        square.Square<T>();
        square.CopyTo(out Fp12Lanes<L> twice);
        for (int i = 1; i < odd.Length; i++) Fp12Lanes<L>.Multiply<T>(odd[i - 1], twice, out odd[i]);
    }

    private static int MaxOf(ReadOnlySpan<sbyte> digits)
    {
        int max = 1;
        foreach (sbyte digit in digits) max = Math.Max(max, Math.Abs((int)digit));
        return max;
    }

    /// <summary>3 x - 2 a or 3 x + 2 a, where x is the square's part that belongs to the lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rotate(Vector256<ulong> even, Vector256<ulong> odd, Vector256<ulong> oddTimesXi, ref Vector256<ulong> a, ref Vector256<ulong> b)
    {
        Vector256<ulong> second = LaneMasks.Of1, others = LaneMasks.Of02;
        Vector256<ulong> x = Vector256.ConditionalSelect(second, Vector256.Shuffle(oddTimesXi, Vector256.Create(0UL, 2, 0, 3)), Vector256.Shuffle(even, Vector256.Create(0UL, 0, 1, 3)));
        Vector256<ulong> y = Vector256.ConditionalSelect(second, Vector256.Shuffle(even, Vector256.Create(0UL, 2, 0, 3)), Vector256.Shuffle(odd, Vector256.Create(0UL, 0, 1, 3)));
        Vector256<ulong> signedA = (a ^ others) - others, signedB = (b ^ second) - second;
        a = ((x + signedA) << 1) + x;
        b = ((y + signedB) << 1) + y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<ulong> A, Vector256<ulong> B) Gather(Vector256<ulong> b0, Vector256<ulong> b1, Vector256<ulong> b2) => (
        Vector256.ConditionalSelect(LaneMasks.Of2, Vector256.Shuffle(b1, Vector256.Create(0UL, 0, 0, 0)), b0),
        Vector256.ConditionalSelect(LaneMasks.Of12, Vector256.Shuffle(b2, Vector256.Create(0UL, 0, 1, 1)), LaneMasks.Lane1(b1)));

    /// <summary>The third lane is left to be filled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<ulong> B0, Vector256<ulong> B1, Vector256<ulong> B2) Scatter(Vector256<ulong> a, Vector256<ulong> b) => (
        a, Vector256.ConditionalSelect(LaneMasks.Of1, Vector256.Shuffle(b, Vector256.Create(0UL, 0, 0, 0)), Vector256.Shuffle(a, Vector256.Create(2UL, 2, 2, 2))),
        Vector256.Shuffle(b, Vector256.Create(1UL, 2, 2, 2)));
}
