using System.Numerics;

namespace Coco.Evm.Precompiles.ModExp;

/// <summary>Remainders of long numbers (Knuth, TAOCP 2, 4.3.1, algorithm D), each word of the quotient by a reciprocal (Moeller, Granlund 2011).</summary>
internal static class LongDivision
{
    /// <summary>
    /// Leaves the remainder in the lowest words of <paramref name="number"/> and zeros above. The modulus has its highest bit set; the
    /// number has a word more than its value needs, which is zero.
    /// </summary>
    internal static void Remainder(Span<ulong> number, ReadOnlySpan<ulong> modulus)
    {
        int words = modulus.Length;
        ulong highest = modulus[^1], next = words > 1 ? modulus[^2] : 0, reciprocal = (ulong)(UInt128.MaxValue / highest);
        for (int place = number.Length - 1 - words; place >= 0; place--)
        {
            Span<ulong> window = number.Slice(place, words + 1);
            ulong below = words > 1 ? window[^3] : 0;
            ulong quotient = Estimate(window[^1], window[^2], below, highest, next, reciprocal);
            ulong borrow = LimbRows.SubtractProduct(quotient, modulus, window), top = window[^1];
            window[^1] = top - borrow;
            if (top < borrow) window[^1] += Limbs.Add(window[..words], modulus);
        }
    }

    /// <summary>The quotient of the three highest words by the two of the modulus: that of the whole, or one more.</summary>
    private static ulong Estimate(ulong high, ulong middle, ulong low, ulong divisor, ulong next, ulong reciprocal)
    {
        if (high >= divisor) return ulong.MaxValue;
        ulong quotient = Math.BigMul(reciprocal, high, out ulong fraction);
        fraction += middle;
        quotient += high + Carry.Of(fraction < middle) + 1;
        ulong rest = middle - (quotient * divisor);
        if (rest > fraction)
        {
            quotient--;
            rest += divisor;
        }
        if (rest >= divisor)
        {
            quotient++;
            rest -= divisor;
        }
        while (new UInt128(rest, low) < (UInt128)quotient * next)
        {
            quotient--;
            rest += divisor;
            if (rest < divisor) break;
        }
        return quotient;
    }

    /// <summary>Bits by which a modulus is shifted until its highest is set.</summary>
    internal static int ShiftOf(ReadOnlySpan<ulong> modulus) => BitOperations.LeadingZeroCount(modulus[^1]);
}
