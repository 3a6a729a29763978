using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Coco.Evm.Precompiles.ModExp;

/// <summary>
/// Powers modulo any number. The modulus is split into an odd part and a power of two; Montgomery multiplication serves the
/// one, truncated products the other, and the Chinese remainder theorem joins them (Koc, "Montgomery reduction with even
/// modulus", 1994).
/// </summary>
internal static class ModularPower
{
    /// <summary>Writes base^exponent mod modulus; all numbers are big-endian, the result as long as the modulus.</summary>
    internal static void Compute(PaddedNumber number, PaddedNumber exponent, ReadOnlySpan<byte> modulus, Span<byte> result)
    {
        result.Clear();
        modulus = modulus.TrimStart((byte)0);
        if (modulus.IsEmpty) return;
        int limbs = (modulus.Length + 7) / 8;
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(5 * limbs);
        Span<ulong> whole = rented.AsSpan(0, limbs), odd = rented.AsSpan(limbs, limbs), oddPower = rented.AsSpan(2 * limbs, limbs);
        Span<ulong> twoPower = rented.AsSpan(3 * limbs, limbs), inverse = rented.AsSpan(4 * limbs, limbs);
        ReadBigEndian(modulus, whole);
        int twos = Limbs.TrailingZeros(whole);
        Limbs.ShiftRight(whole, twos, odd);
        int oddLimbs = Limbs.Significant(odd);

        oddPower.Clear();
        MontgomeryPower.Compute(number, exponent, odd[..oddLimbs], oddPower[..oddLimbs]);
        if (twos > 0)
        {
            int twoLimbs = (twos + 63) / 64;
            BinaryPower.Compute(number, exponent, twos, twoPower[..twoLimbs]);
            BinaryPower.Inverse(odd, twos, inverse[..twoLimbs]);
            Join(oddPower, twoPower[..twoLimbs], odd, inverse[..twoLimbs], twos);
        }
        WriteBigEndian(oddPower, result);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    /// <summary>x = xo + odd * ((xt - xo) / odd mod 2^twos), in place of xo (Garner).</summary>
    private static void Join(Span<ulong> oddPower, Span<ulong> twoPower, ReadOnlySpan<ulong> odd, ReadOnlySpan<ulong> inverse, int twos)
    {
        int limbs = twoPower.Length;
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(limbs + oddPower.Length);
        Span<ulong> factor = rented.AsSpan(0, limbs), product = rented.AsSpan(limbs, oddPower.Length);
        Limbs.Subtract(twoPower, oddPower[..limbs]);
        Limbs.MultiplyLow(twoPower, inverse, factor);
        Limbs.KeepBits(factor, twos);
        Limbs.MultiplyLow(odd, factor, product);
        Limbs.Add(oddPower, product);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static void ReadBigEndian(ReadOnlySpan<byte> source, Span<ulong> limbs)
    {
        var number = new PaddedNumber(source, source.Length);
        for (int i = 0; i < limbs.Length; i++) limbs[i] = number.WordAt(i);
    }

    private static void WriteBigEndian(ReadOnlySpan<ulong> limbs, Span<byte> destination)
    {
        for (int i = 0; i < destination.Length && i / 8 < limbs.Length; i++)
            destination[destination.Length - 1 - i] = (byte)(limbs[i / 8] >> (8 * (i % 8)));
    }
}
