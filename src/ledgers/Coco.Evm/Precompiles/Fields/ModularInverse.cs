using System.Numerics;

namespace Coco.Evm.Precompiles.Fields;

/// <summary>
/// Inverses by the binary greatest common divisor on approximations (Pornin, "Optimized binary GCD for modular inversion",
/// 2020): 31 steps on single words, then one update of the long numbers.
/// </summary>
internal static class ModularInverse
{
    private const int Steps = 31;
    private const ulong LowMask = (1UL << Steps) - 1;

    /// <summary>
    /// Replaces <paramref name="value"/>, which is below the prime <paramref name="modulus"/>, by its inverse; zero stays zero.
    /// The modulus leaves the highest bit of its last limb free.
    /// </summary>
    /// <param name="value">The number, its lowest limb first.</param>
    /// <param name="modulus">As many limbs.</param>
    /// <param name="negativeInverse">-1 / modulus mod 2^64.</param>
    internal static void Invert(Span<ulong> value, ReadOnlySpan<ulong> modulus, ulong negativeInverse)
    {
        int limbs = modulus.Length;
        Span<ulong> memory = stackalloc ulong[6 * limbs];
        Span<ulong> a = memory[..limbs], b = memory.Slice(limbs, limbs), u = memory.Slice(2 * limbs, limbs);
        Span<ulong> v = memory.Slice(3 * limbs, limbs), first = memory.Slice(4 * limbs, limbs), second = memory[(5 * limbs)..];
        value.CopyTo(a);
        modulus.CopyTo(b);
        memory[(2 * limbs)..].Clear();
        u[0] = 1;
        // Invariant: a = value * u and b = value * v modulo the modulus. When a is zero, b is the common divisor, one.
        while (a.ContainsAnyExcept(0UL))
        {
            Factors factors = Reduce(a, b);
            if (Combine(a, b, ref factors.F0, ref factors.G0, first)) Negate(first);
            if (Combine(a, b, ref factors.F1, ref factors.G1, second)) Negate(second);
            first.CopyTo(a);
            second.CopyTo(b);
            CombineModular(u, v, factors.F0, factors.G0, modulus, negativeInverse, first);
            CombineModular(u, v, factors.F1, factors.G1, modulus, negativeInverse, second);
            first.CopyTo(u);
            second.CopyTo(v);
        }
        v.CopyTo(value);
    }

    /// <summary>31 steps on the lowest 31 and highest 33 bits of both numbers; what they did, as factors.</summary>
    private static Factors Reduce(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        int top = a.Length - 1;
        while (top > 0 && (a[top] | b[top]) == 0) top--;
        int shift = top == 0 ? 0 : BitOperations.LeadingZeroCount(a[top] | b[top]);
        ulong x = top == 0 ? a[0] : Approximate(a, top, shift), y = top == 0 ? b[0] : Approximate(b, top, shift);
        Factors factors = new(1, 0, 0, 1);
        for (int step = 0; step < Steps; step++)
        {
            ulong odd = 0 - (x & 1), swap = x < y ? odd : 0;
            ulong difference = (x ^ y) & swap;
            x ^= difference;
            y ^= difference;
            long f = (factors.F0 ^ factors.F1) & (long)swap, g = (factors.G0 ^ factors.G1) & (long)swap;
            factors = new Factors(factors.F0 ^ f, factors.G0 ^ g, factors.F1 ^ f, factors.G1 ^ g);
            x = (x - (y & odd)) >> 1;
            factors.F0 -= factors.F1 & (long)odd;
            factors.G0 -= factors.G1 & (long)odd;
            factors.F1 <<= 1;
            factors.G1 <<= 1;
        }
        return factors;
    }

    private static ulong Approximate(ReadOnlySpan<ulong> number, int top, int shift)
    {
        ulong high = shift == 0 ? number[top] : (number[top] << shift) | (number[top - 1] >> (64 - shift));
        return (number[0] & LowMask) | (high & ~LowMask);
    }

    /// <summary>(a f + b g) / 2^31, which is a whole number; true, and the factors change sign, if it is negative.</summary>
    private static bool Combine(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, ref long f, ref long g, Span<ulong> result)
    {
        Wide sum = default;
        ulong before = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum.Add(a[i], f);
            sum.Add(b[i], g);
            ulong word = sum.Shift();
            if (i > 0) result[i - 1] = (before >> Steps) | (word << (64 - Steps));
            before = word;
        }
        result[^1] = (before >> Steps) | (sum.Low << (64 - Steps));
        bool isNegative = (long)sum.Low < 0;
        if (isNegative) (f, g) = (-f, -g);
        return isNegative;
    }

    /// <summary>(u f + v g) / 2^31 modulo the modulus, reduced.</summary>
    private static void CombineModular(
        ReadOnlySpan<ulong> u, ReadOnlySpan<ulong> v, long f, long g, ReadOnlySpan<ulong> modulus, ulong negativeInverse, Span<ulong> result)
    {
        // What is added makes the lowest 31 bits zero.
        ulong lowest = (u[0] * (ulong)f) + (v[0] * (ulong)g);
        long multiple = (long)((lowest * negativeInverse) & LowMask);
        Wide sum = default;
        ulong before = 0;
        for (int i = 0; i < u.Length; i++)
        {
            sum.Add(u[i], f);
            sum.Add(v[i], g);
            sum.Add(modulus[i], multiple);
            ulong word = sum.Shift();
            if (i > 0) result[i - 1] = (before >> Steps) | (word << (64 - Steps));
            before = word;
        }
        result[^1] = (before >> Steps) | (sum.Low << (64 - Steps));
        // |f| + |g| is at most 2^31, so the value lies between minus the modulus and twice the modulus.
        if ((long)sum.Low < 0) ModExp.Limbs.Add(result, modulus);
        else if (!ModExp.Limbs.IsBelow(result, modulus)) ModExp.Limbs.Subtract(result, modulus);
    }

    private static void Negate(Span<ulong> number)
    {
        ulong carry = 1;
        for (int i = 0; i < number.Length; i++)
        {
            number[i] = ~number[i] + carry;
            carry &= Carry.Of(number[i] == 0);
        }
    }

    /// <summary>What 31 steps do: a to (a F0 + b G0) / 2^31, b to (a F1 + b G1) / 2^31.</summary>
    private struct Factors(long f0, long g0, long f1, long g1)
    {
        internal long F0 = f0, G0 = g0, F1 = f1, G1 = g1;
    }

    /// <summary>A signed sum of products, of which the low word is taken off again and again.</summary>
    private struct Wide
    {
        internal ulong Low;
        private ulong _high;

        internal void Add(ulong word, long factor)
        {
            ulong high = Math.BigMul(word, (ulong)factor, out ulong low) - (word & (ulong)(factor >> 63));
            Low += low;
            _high += high + Carry.Of(Low < low);
        }

        /// <summary>Returns the low word and moves the rest down, keeping its sign.</summary>
        internal ulong Shift()
        {
            ulong word = Low;
            Low = _high;
            _high = (ulong)((long)_high >> 63);
            return word;
        }
    }
}
