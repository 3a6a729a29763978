using System.Numerics;
using System.Runtime.CompilerServices;

namespace Coco.Evm.Precompiles.ModExp;

/// <summary>Arithmetic on numbers of any length: 64-bit limbs, the least significant first.</summary>
internal static class Limbs
{
    internal static int TrailingZeros(ReadOnlySpan<ulong> number)
    {
        int first = number.IndexOfAnyExcept(0UL);
        return (64 * first) + BitOperations.TrailingZeroCount(number[first]);
    }

    internal static int Significant(ReadOnlySpan<ulong> number) => number.LastIndexOfAnyExcept(0UL) + 1;

    internal static void ShiftRight(ReadOnlySpan<ulong> number, int count, Span<ulong> result)
    {
        int limbs = count / 64, bits = count % 64;
        for (int i = 0; i < result.Length; i++)
        {
            ulong low = i + limbs < number.Length ? number[i + limbs] : 0, high = i + limbs + 1 < number.Length ? number[i + limbs + 1] : 0;
            result[i] = bits == 0 ? low : (low >> bits) | (high << (64 - bits));
        }
    }

    /// <summary>The result is as long as the number; what falls out is lost.</summary>
    internal static void ShiftLeft(ReadOnlySpan<ulong> number, int bits, Span<ulong> result)
    {
        ulong below = 0;
        for (int i = 0; i < number.Length; i++)
        {
            ulong word = number[i];
            result[i] = bits == 0 ? word : (word << bits) | (below >> (64 - bits));
            below = word;
        }
    }

    /// <summary>The inverse of an odd word mod 2^64 (Newton: 3a ^ 2 is right in 5 bits).</summary>
    internal static ulong InverseOf(ulong odd)
    {
        ulong inverse = (3 * odd) ^ 2;
        for (int bits = 5; bits < 64; bits *= 2) inverse *= 2 - (odd * inverse);
        return inverse;
    }

    /// <summary>a += b; returns the carry.</summary>
    internal static ulong Add(Span<ulong> a, ReadOnlySpan<ulong> b)
    {
        ulong carry = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ulong sum = a[i] + b[i], total = sum + carry;
            carry = Carry.Of(sum < b[i]) | Carry.Of(total < carry);
            a[i] = total;
        }
        return carry;
    }

    /// <summary>a -= b; returns the borrow.</summary>
    internal static ulong Subtract(Span<ulong> a, ReadOnlySpan<ulong> b)
    {
        ulong borrow = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ulong difference = a[i] - b[i], total = difference - borrow;
            borrow = Carry.Of(a[i] < b[i]) | Carry.Of(difference < borrow);
            a[i] = total;
        }
        return borrow;
    }

    internal static bool IsBelow(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        for (int i = a.Length - 1; i >= 0; i--)
        {
            if (a[i] != b[i]) return a[i] < b[i];
        }
        return false;
    }

    /// <summary>The product's low limbs, as many as <paramref name="result"/> takes; it may not be one of the factors.</summary>
    internal static void MultiplyLow(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> result)
    {
        result.Clear();
        for (int i = 0; i < a.Length && i < result.Length; i++)
        {
            int columns = Math.Min(b.Length, result.Length - i);
            ulong carry = LimbRows.AddProduct(a[i], b[..columns], result[i..]);
            if (i + columns < result.Length) result[i + columns] = carry;
        }
    }

    /// <summary>The low word of a * b + addend + carry; the high word goes to <paramref name="carry"/>. It cannot overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong MultiplyAdd(ulong a, ulong b, ulong addend, ref ulong carry)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        low += addend;
        high += Carry.Of(low < addend);
        low += carry;
        high += Carry.Of(low < carry);
        carry = high;
        return low;
    }

    /// <summary>Clears the bits from <paramref name="count"/> on.</summary>
    internal static void KeepBits(Span<ulong> number, int count)
    {
        if (count % 64 != 0) number[count / 64] &= (1UL << (count % 64)) - 1;
    }
}
