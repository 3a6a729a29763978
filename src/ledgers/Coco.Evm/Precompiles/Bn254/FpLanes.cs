using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Coco.Evm.Precompiles.Fields.Lanes;
using static Coco.Evm.Precompiles.Fields.Lanes.LaneLimbs;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>
/// Four numbers of the base field of BN254 at once: 10 limbs of 26 bits, in Montgomery's form (times 2^260). Columns of products
/// fit 64 bits, so that nothing is carried within a row. The rows are unrolled, since the compiler keeps in registers only what has a name.
/// </summary>
/// <remarks>Safe: the references go over the 10 vectors of each number, and every index is below 10.</remarks>
[InlineArray(LimbCount)]
internal struct FpLanes : ILanesOf<FpLanes, Fp>
{
    private const int LimbCount = 10, LimbBits = 26;

    private static readonly LaneModulus TheModulus = new(Fp.Modulus, Fp.NegativeInverse, LimbCount, LimbBits);

    /// <summary>From one of Montgomery's forms to the other, and back.</summary>
    private static readonly Fp RadixIn = Fp.FromSmall(16), RadixOut = Fp.FromWords([0, 0, 0, 1UL << 60]);

    private Vector256<ulong> _limb;

    public static int Limbs => LimbCount;

    public static LaneModulus Modulus => TheModulus;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref Vector256<ulong> Limb(ref FpLanes number, nint index) => ref Unsafe.Add(ref Unsafe.As<FpLanes, Vector256<ulong>>(ref number), index);

    public static void Add(in FpLanes a, in FpLanes b, out FpLanes sum) => LaneLimbs.Add(a, b, out sum);

    public static void Subtract(in FpLanes a, in FpLanes b, out FpLanes difference) => LaneLimbs.Subtract(a, b, out difference);

    public static void Square(in FpLanes a, out FpLanes square) => Multiply(a, a, out square);

    public static void Reduce(ref FpLanes number) => TheModulus.Reduce(ref number);

    [SkipLocalsInit]
    public static void Multiply(in FpLanes a, in FpLanes b, out FpLanes product)
    {
        Unsafe.SkipInit(out product);
        Vector256<ulong> mask = TheModulus.Mask, inverse = TheModulus.NegativeInverse;
        Vector256<ulong> t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default, t6 = default, t7 = default, t8 = default, t9 = default;
        ref Vector256<ulong> pb = ref First(b), q = ref TheModulus.First;
        for (nint i = 0; i < LimbCount; i++)
        {
            Vector256<ulong> x = At(a, i);
            t0 += Product(x, Unsafe.Add(ref pb, 0));
            t1 += Product(x, Unsafe.Add(ref pb, 1));
            t2 += Product(x, Unsafe.Add(ref pb, 2));
            t3 += Product(x, Unsafe.Add(ref pb, 3));
            t4 += Product(x, Unsafe.Add(ref pb, 4));
            t5 += Product(x, Unsafe.Add(ref pb, 5));
            t6 += Product(x, Unsafe.Add(ref pb, 6));
            t7 += Product(x, Unsafe.Add(ref pb, 7));
            t8 += Product(x, Unsafe.Add(ref pb, 8));
            t9 += Product(x, Unsafe.Add(ref pb, 9));
            Vector256<ulong> m = Product(t0, inverse) & mask, carry = (t0 + Product(m, q)) >>> LimbBits;
            t0 = t1 + Product(m, Unsafe.Add(ref q, 1)) + carry;
            t1 = t2 + Product(m, Unsafe.Add(ref q, 2));
            t2 = t3 + Product(m, Unsafe.Add(ref q, 3));
            t3 = t4 + Product(m, Unsafe.Add(ref q, 4));
            t4 = t5 + Product(m, Unsafe.Add(ref q, 5));
            t5 = t6 + Product(m, Unsafe.Add(ref q, 6));
            t6 = t7 + Product(m, Unsafe.Add(ref q, 7));
            t7 = t8 + Product(m, Unsafe.Add(ref q, 8));
            t8 = t9 + Product(m, Unsafe.Add(ref q, 9));
            t9 = default;
        }
        Store(t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, mask, ref First(product));
    }

    [SkipLocalsInit]
    public static void SumOfProducts(in FpLanes a, in FpLanes b, in FpLanes c, in FpLanes d, out FpLanes sum)
    {
        Unsafe.SkipInit(out sum);
        Vector256<ulong> mask = TheModulus.Mask, inverse = TheModulus.NegativeInverse;
        Vector256<ulong> t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default, t6 = default, t7 = default, t8 = default, t9 = default;
        ref Vector256<ulong> pb = ref First(b), pd = ref First(d), q = ref TheModulus.First;
        for (nint i = 0; i < LimbCount; i++)
        {
            Vector256<ulong> x = At(a, i), y = At(c, i);
            t0 += Product(x, Unsafe.Add(ref pb, 0)) + Product(y, Unsafe.Add(ref pd, 0));
            t1 += Product(x, Unsafe.Add(ref pb, 1)) + Product(y, Unsafe.Add(ref pd, 1));
            t2 += Product(x, Unsafe.Add(ref pb, 2)) + Product(y, Unsafe.Add(ref pd, 2));
            t3 += Product(x, Unsafe.Add(ref pb, 3)) + Product(y, Unsafe.Add(ref pd, 3));
            t4 += Product(x, Unsafe.Add(ref pb, 4)) + Product(y, Unsafe.Add(ref pd, 4));
            t5 += Product(x, Unsafe.Add(ref pb, 5)) + Product(y, Unsafe.Add(ref pd, 5));
            t6 += Product(x, Unsafe.Add(ref pb, 6)) + Product(y, Unsafe.Add(ref pd, 6));
            t7 += Product(x, Unsafe.Add(ref pb, 7)) + Product(y, Unsafe.Add(ref pd, 7));
            t8 += Product(x, Unsafe.Add(ref pb, 8)) + Product(y, Unsafe.Add(ref pd, 8));
            t9 += Product(x, Unsafe.Add(ref pb, 9)) + Product(y, Unsafe.Add(ref pd, 9));
            Vector256<ulong> m = Product(t0, inverse) & mask, carry = (t0 + Product(m, q)) >>> LimbBits;
            t0 = t1 + Product(m, Unsafe.Add(ref q, 1)) + carry;
            t1 = t2 + Product(m, Unsafe.Add(ref q, 2));
            t2 = t3 + Product(m, Unsafe.Add(ref q, 3));
            t3 = t4 + Product(m, Unsafe.Add(ref q, 4));
            t4 = t5 + Product(m, Unsafe.Add(ref q, 5));
            t5 = t6 + Product(m, Unsafe.Add(ref q, 6));
            t6 = t7 + Product(m, Unsafe.Add(ref q, 7));
            t7 = t8 + Product(m, Unsafe.Add(ref q, 8));
            t8 = t9 + Product(m, Unsafe.Add(ref q, 9));
            t9 = default;
        }
        Store(t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, mask, ref First(sum));
    }

    public static void Set(ref FpLanes number, int lane, in Fp value)
    {
        Span<ulong> words = stackalloc ulong[Fp.Words];
        (value * RadixIn).CopyTo(words);
        LaneLimbs.Set(ref number, lane, words);
    }

    public static Fp Get(in FpLanes number, int lane)
    {
        Span<ulong> words = stackalloc ulong[Fp.Words];
        LaneLimbs.Get(number, lane, words);
        return Fp.FromWords(words) * RadixOut;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref Vector256<ulong> First(in FpLanes number) => ref Limb(ref Unsafe.AsRef(in number), 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector256<ulong> t0, Vector256<ulong> t1, Vector256<ulong> t2, Vector256<ulong> t3, Vector256<ulong> t4, Vector256<ulong> t5, Vector256<ulong> t6, Vector256<ulong> t7, Vector256<ulong> t8, Vector256<ulong> t9, Vector256<ulong> mask, ref Vector256<ulong> p)
    {
        t1 += t0 >>> LimbBits;
        Unsafe.Add(ref p, 0) = t0 & mask;
        t2 += t1 >>> LimbBits;
        Unsafe.Add(ref p, 1) = t1 & mask;
        t3 += t2 >>> LimbBits;
        Unsafe.Add(ref p, 2) = t2 & mask;
        t4 += t3 >>> LimbBits;
        Unsafe.Add(ref p, 3) = t3 & mask;
        t5 += t4 >>> LimbBits;
        Unsafe.Add(ref p, 4) = t4 & mask;
        t6 += t5 >>> LimbBits;
        Unsafe.Add(ref p, 5) = t5 & mask;
        t7 += t6 >>> LimbBits;
        Unsafe.Add(ref p, 6) = t6 & mask;
        t8 += t7 >>> LimbBits;
        Unsafe.Add(ref p, 7) = t7 & mask;
        t9 += t8 >>> LimbBits;
        Unsafe.Add(ref p, 8) = t8 & mask;
        Unsafe.Add(ref p, 9) = t9;
    }
}
