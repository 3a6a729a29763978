using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Coco.Evm;

/// <summary>
/// Multiplication, division and what is made of them. Division by zero gives zero, as the machine defines it.
/// Division is Knuth's algorithm D (TAOCP 4.3.1) on 64-bit digits.
/// </summary>
public static class WideArithmetic
{
    private const int Limbs = 4;

    /// <summary>The low 256 bits of the product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 Multiply(in UInt256 a, in UInt256 b)
    {
        if ((a.U1 | a.U2 | a.U3 | b.U1 | b.U2 | b.U3) == 0)
        {
            ulong high = Math.BigMul(a.U0, b.U0, out ulong low);
            return new UInt256(low, high);
        }
        return MultiplyFull(a, b);
    }

    private static UInt256 MultiplyFull(in UInt256 a, in UInt256 b)
    {
        ulong h00 = Math.BigMul(a.U0, b.U0, out ulong r0);
        ulong h01 = Math.BigMul(a.U0, b.U1, out ulong l01);
        ulong h10 = Math.BigMul(a.U1, b.U0, out ulong l10);
        ulong h02 = Math.BigMul(a.U0, b.U2, out ulong l02);
        ulong h11 = Math.BigMul(a.U1, b.U1, out ulong l11);
        ulong h20 = Math.BigMul(a.U2, b.U0, out ulong l20);

        ulong r1 = h00 + l01;
        ulong c2 = Carry.Of(r1 < l01);
        r1 += l10;
        c2 += Carry.Of(r1 < l10);

        ulong r2 = h01 + c2;
        ulong c3 = Carry.Of(r2 < c2);
        r2 += h10;
        c3 += Carry.Of(r2 < h10);
        r2 += l02;
        c3 += Carry.Of(r2 < l02);
        r2 += l11;
        c3 += Carry.Of(r2 < l11);
        r2 += l20;
        c3 += Carry.Of(r2 < l20);

        ulong r3 = h02 + h11 + h20 + c3 + (a.U0 * b.U3) + (a.U1 * b.U2) + (a.U2 * b.U1) + (a.U3 * b.U0);
        return new UInt256(r0, r1, r2, r3);
    }

    public static UInt256 Divide(in UInt256 a, in UInt256 b)
    {
        if (b.IsZero || a < b) return default;
        if (a.IsUInt64) return a.U0 / b.U0;
        Span<ulong> quotient = stackalloc ulong[Limbs];
        Span<ulong> remainder = stackalloc ulong[Limbs];
        ReadOnlySpan<ulong> numerator = [a.U0, a.U1, a.U2, a.U3];
        DivRem(numerator, b, quotient, remainder);
        return Read(quotient);
    }

    public static UInt256 Modulo(in UInt256 a, in UInt256 b)
    {
        if (b.IsZero) return default;
        if (a < b) return a;
        if (a.IsUInt64) return a.U0 % b.U0;
        Span<ulong> quotient = stackalloc ulong[Limbs];
        Span<ulong> remainder = stackalloc ulong[Limbs];
        ReadOnlySpan<ulong> numerator = [a.U0, a.U1, a.U2, a.U3];
        DivRem(numerator, b, quotient, remainder);
        return Read(remainder);
    }

    /// <summary>(a + b) mod m over the full 257-bit sum; zero if m is zero.</summary>
    public static UInt256 AddModulo(in UInt256 a, in UInt256 b, in UInt256 m)
    {
        if (m.IsZero) return default;
        if (a < m && b < m)
        {
            bool carry = UInt256.AddOverflows(a, b, out UInt256 small);
            return carry || small >= m ? small - m : small;
        }
        bool wrapped = UInt256.AddOverflows(a, b, out UInt256 sum);
        Span<ulong> quotient = stackalloc ulong[Limbs + 1];
        Span<ulong> remainder = stackalloc ulong[Limbs];
        ReadOnlySpan<ulong> numerator = [sum.U0, sum.U1, sum.U2, sum.U3, Carry.Of(wrapped)];
        DivRem(numerator, m, quotient, remainder);
        return Read(remainder);
    }

    /// <summary>(a * b) mod m over the full 512-bit product; zero if m is zero.</summary>
    public static UInt256 MultiplyModulo(in UInt256 a, in UInt256 b, in UInt256 m)
    {
        if (m.IsZero) return default;
        Span<ulong> product = stackalloc ulong[2 * Limbs];
        MultiplyWide(a, b, product);
        Span<ulong> quotient = stackalloc ulong[2 * Limbs];
        Span<ulong> remainder = stackalloc ulong[Limbs];
        DivRem(product, m, quotient, remainder);
        return Read(remainder);
    }

    /// <summary>base ^ exponent modulo 2^256, by squaring.</summary>
    public static UInt256 Power(in UInt256 @base, in UInt256 exponent)
    {
        UInt256 result = UInt256.One;
        if (@base == 2) return exponent.IsUInt64 && exponent.U0 < 256 ? result << (int)exponent.U0 : default;
        for (int bit = exponent.BitLength - 1; bit >= 0; bit--)
        {
            result = Multiply(result, result);
            ulong limb = (bit >> 6) switch { 0 => exponent.U0, 1 => exponent.U1, 2 => exponent.U2, _ => exponent.U3 };
            if (((limb >> (bit & 63)) & 1) != 0) result = Multiply(result, @base);
        }
        return result;
    }

    private static UInt256 Read(ReadOnlySpan<ulong> limbs) => new(limbs[0], limbs[1], limbs[2], limbs[3]);

    /// <summary>The upper half of the full product.</summary>
    public static UInt256 MultiplyHigh(in UInt256 a, in UInt256 b)
    {
        Span<ulong> product = stackalloc ulong[2 * Limbs];
        MultiplyWide(a, b, product);
        return Read(product[Limbs..]);
    }

    private static void MultiplyWide(in UInt256 a, in UInt256 b, Span<ulong> product)
    {
        ReadOnlySpan<ulong> x = [a.U0, a.U1, a.U2, a.U3];
        ReadOnlySpan<ulong> y = [b.U0, b.U1, b.U2, b.U3];
        product.Clear();
        for (int i = 0; i < Limbs; i++)
        {
            if (x[i] == 0) continue;
            ulong carry = 0;
            for (int j = 0; j < Limbs; j++)
            {
                ulong high = Math.BigMul(x[i], y[j], out ulong low);
                low += carry;
                high += Carry.Of(low < carry);
                ulong sum = product[i + j] + low;
                high += Carry.Of(sum < low);
                product[i + j] = sum;
                carry = high;
            }
            product[i + Limbs] = carry;
        }
    }

    /// <summary>Numerator of up to 8 limbs by a nonzero divisor; quotient has as many limbs as the numerator.</summary>
    private static void DivRem(ReadOnlySpan<ulong> numerator, in UInt256 divisor, Span<ulong> quotient, Span<ulong> remainder)
    {
        quotient.Clear();
        remainder.Clear();
        int size = (divisor.BitLength + 63) >> 6;
        int length = numerator.Length;
        while (length > 0 && numerator[length - 1] == 0) length--;
        if (size == 1)
        {
            ulong rest = 0;
            for (int i = length - 1; i >= 0; i--) quotient[i] = DivideWide(rest, numerator[i], divisor.U0, out rest);
            remainder[0] = rest;
            return;
        }
        if (length < size)
        {
            numerator[..length].CopyTo(remainder);
            return;
        }
        DivRemLong(numerator[..length], divisor, size, quotient, remainder);
    }

    private static void DivRemLong(
        ReadOnlySpan<ulong> numerator, in UInt256 divisor, int size, Span<ulong> quotient, Span<ulong> remainder)
    {
        int shift = (size << 6) - divisor.BitLength;
        UInt256 shifted = divisor << shift;
        ReadOnlySpan<ulong> v = [shifted.U0, shifted.U1, shifted.U2, shifted.U3];
        v = v[..size];
        int length = numerator.Length;
        Span<ulong> u = stackalloc ulong[(2 * Limbs) + 1];
        ulong before = 0;
        for (int i = 0; i < length; i++)
        {
            u[i] = (numerator[i] << shift) | ((before >> 1) >> (63 - shift));
            before = numerator[i];
        }
        u[length] = (before >> 1) >> (63 - shift);
        for (int j = length - size; j >= 0; j--) quotient[j] = QuotientDigit(u.Slice(j, size + 1), v);
        for (int i = 0; i < size; i++)
            remainder[i] = (u[i] >> shift) | (i + 1 < size ? (u[i + 1] << 1) << (63 - shift) : 0);
    }

    /// <summary>Steps D3 to D6: estimates one digit, subtracts digit * v from u, corrects.</summary>
    private static ulong QuotientDigit(Span<ulong> u, ReadOnlySpan<ulong> v)
    {
        int n = v.Length;
        ulong digit = Estimate(u[n], u[n - 1], u[n - 2], v[n - 1], v[n - 2]);
        ulong borrow = 0;
        for (int i = 0; i < n; i++)
        {
            ulong high = Math.BigMul(digit, v[i], out ulong low);
            low += borrow;
            high += Carry.Of(low < borrow);
            high += Carry.Of(u[i] < low);
            u[i] -= low;
            borrow = high;
        }
        bool negative = u[n] < borrow;
        u[n] -= borrow;
        if (!negative) return digit;
        ulong carry = 0;
        for (int i = 0; i < n; i++)
        {
            ulong sum = u[i] + carry;
            carry = Carry.Of(sum < carry);
            sum += v[i];
            carry += Carry.Of(sum < v[i]);
            u[i] = sum;
        }
        u[n] += carry;
        return digit - 1;
    }

    /// <summary>A digit at most one too large: two digits by one, corrected with the second digit of the divisor.</summary>
    private static ulong Estimate(ulong u2, ulong u1, ulong u0, ulong v1, ulong v0)
    {
        ulong digit, rest;
        if (u2 >= v1)
        {
            digit = ulong.MaxValue;
            rest = u1 + v1;
            if (rest < v1) return digit;
        }
        else digit = DivideWide(u2, u1, v1, out rest);
        while (true)
        {
            ulong high = Math.BigMul(digit, v0, out ulong low);
            if (high < rest || (high == rest && low <= u0)) return digit;
            digit--;
            rest += v1;
            if (rest < v1) return digit;
        }
    }

    /// <summary>(high * 2^64 + low) / divisor; high must be below divisor, so that the quotient fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong DivideWide(ulong high, ulong low, ulong divisor, out ulong rest)
    {
#pragma warning disable CA2252, SYSLIB5004 // the instruction is what it is; the preview mark is about the method's shape
        if (X86Base.X64.IsSupported)
        {
            (ulong quotient, rest) = X86Base.X64.DivRem(low, high, divisor);
            return quotient;
        }
#pragma warning restore CA2252, SYSLIB5004
        UInt128 value = new(high, low);
        UInt128 result = value / divisor;
        rest = (ulong)(value - (result * divisor));
        return (ulong)result;
    }
}
