using System.Numerics;
using System.Runtime.Intrinsics;
using Coco.Evm.Precompiles.Fields.Lanes;

namespace Coco.Ledgers.Tests.Precompiles;

/// <summary>
/// Arithmetic in lanes carries late, so that what matters are the largest limbs that its rules allow: sums of two tight numbers as factors,
/// and combinations of a hundred before a reduction.
/// </summary>
public sealed class LaneTests
{
    private const int Lanes = 4;

    [Fact]
    public void Products_of_the_loosest_factors_in_the_field_of_BLS12_381_are_right() => ProductsAreRight<Coco.Evm.Precompiles.Bls12381.FpLanes>(Of(Coco.Evm.Precompiles.Bls12381.Fp.Modulus));

    [Fact]
    public void Products_of_the_loosest_factors_in_the_field_of_BN254_are_right() => ProductsAreRight<Coco.Evm.Precompiles.Bn254.FpLanes>(Of(Coco.Evm.Precompiles.Bn254.Fp.Modulus));

    [Fact]
    public void Reductions_of_the_largest_combinations_in_the_field_of_BLS12_381_are_right() => ReductionsAreRight<Coco.Evm.Precompiles.Bls12381.FpLanes>(Of(Coco.Evm.Precompiles.Bls12381.Fp.Modulus));

    [Fact]
    public void Reductions_of_the_largest_combinations_in_the_field_of_BN254_are_right() => ReductionsAreRight<Coco.Evm.Precompiles.Bn254.FpLanes>(Of(Coco.Evm.Precompiles.Bn254.Fp.Modulus));

    private static void ProductsAreRight<L>(BigInteger p) where L : unmanaged, ILaneNumber<L>
    {
        BigInteger back = BigInteger.ModPow(BigInteger.One << (L.Modulus.Bits * L.Limbs), p - 2, p);
        var random = new Random(28);
        for (int turn = 0; turn < 400; turn++)
        {
            Fp2Lanes<L> a = Pair<L>(random, p, turn, 2), b = Pair<L>(random, p, turn / 3, 2);
            Fp2Lanes<L>.Multiply(a, b, out Fp2Lanes<L> product);
            Fp2Lanes<L>.Square(a, out Fp2Lanes<L> square);
            L.Multiply(a.C0, b.C1, out L single);
            for (int lane = 0; lane < Lanes; lane++)
            {
                BigInteger a0 = Value(a.C0, lane), a1 = Value(a.C1, lane), b0 = Value(b.C0, lane), b1 = Value(b.C1, lane);
                AssertTight(((a0 * b0) - (a1 * b1)) * back, product.C0, lane, p);
                AssertTight(((a0 * b1) + (a1 * b0)) * back, product.C1, lane, p);
                AssertTight(((a0 * a0) - (a1 * a1)) * back, square.C0, lane, p);
                AssertTight(2 * a0 * a1 * back, square.C1, lane, p);
                AssertTight(a0 * b1 * back, single, lane, p);
            }
        }
    }

    private static void ReductionsAreRight<L>(BigInteger p) where L : unmanaged, ILaneNumber<L>
    {
        var random = new Random(92);
        for (int turn = 0; turn < 400; turn++)
        {
            L a = Tight<L>(random, p, turn), b = Tight<L>(random, p, turn / 3), sum = default;
            ulong plus = (ulong)random.Next(0, 101), minus = 100 - plus;
            for (nint i = 0; i < L.Limbs; i++) L.Limb(ref sum, i) = (LaneLimbs.At(a, i) * plus) - (LaneLimbs.At(b, i) * minus);
            L.Reduce(ref sum);
            for (int lane = 0; lane < Lanes; lane++) AssertTight((Value(a, lane) * plus) - (Value(b, lane) * minus), sum, lane, p, percent: 102);
        }
    }

    private static Fp2Lanes<L> Pair<L>(Random random, BigInteger p, int turn, ulong looseness) where L : unmanaged, ILaneNumber<L>
    {
        Fp2Lanes<L> pair = new() { C0 = Tight<L>(random, p, turn), C1 = Tight<L>(random, p, turn / 2) };
        for (nint i = 0; i < L.Limbs; i++)
        {
            L.Limb(ref pair.C0, i) *= looseness;
            L.Limb(ref pair.C1, i) *= looseness;
        }
        return pair;
    }

    /// <summary>Zero, or below 1.25 moduli, as products of reduced numbers are: random, the largest, and with all bits set below the highest limb.</summary>
    private static L Tight<L>(Random random, BigInteger p, int turn) where L : unmanaged, ILaneNumber<L>
    {
        L number = default;
        BigInteger limit = p * 125 / 100, highest = p >> (L.Modulus.Bits * (L.Limbs - 1));
        for (int lane = 0; lane < Lanes; lane++)
        {
            byte[] bytes = new byte[64];
            random.NextBytes(bytes);
            BigInteger value = ((turn + lane) % 5) switch
            {
                0 => limit - 1,
                1 => (highest << (L.Modulus.Bits * (L.Limbs - 1))) - 1,
                2 => turn % 2 == 0 ? 0 : p,
                _ => new BigInteger(bytes, isUnsigned: true) % limit,
            };
            for (int i = 0; i < L.Limbs; i++)
                L.Limb(ref number, i) = L.Limb(ref number, i).WithElement(lane, (ulong)((value >> (L.Modulus.Bits * i)) & L.Modulus.Mask[0]));
        }
        return number;
    }

    private static void AssertTight<L>(BigInteger expected, in L actual, int lane, BigInteger p, int percent = 170) where L : unmanaged, ILaneNumber<L>
    {
        BigInteger value = Value(actual, lane);
        Assert.Equal(((expected % p) + p) % p, value % p);
        Assert.True(value < p * percent / 100);
        for (nint i = 0; i < L.Limbs; i++) Assert.True(LaneLimbs.At(actual, i).GetElement(lane) <= L.Modulus.Mask[0]);
    }

    private static BigInteger Value<L>(in L number, int lane) where L : unmanaged, ILaneNumber<L>
    {
        BigInteger value = 0;
        for (int i = L.Limbs - 1; i >= 0; i--) value = (value << L.Modulus.Bits) + LaneLimbs.At(number, i).GetElement(lane);
        return value;
    }

    private static BigInteger Of(ReadOnlySpan<ulong> words)
    {
        BigInteger value = 0;
        for (int i = words.Length - 1; i >= 0; i--) value = (value << 64) + words[i];
        return value;
    }
}
