using System.Buffers;

namespace Coco.Evm.Precompiles.ModExp;

/// <summary>Powers and inverses modulo a power of two: products cut off.</summary>
internal static class BinaryPower
{
    /// <summary>base^exponent mod 2^<paramref name="bits"/>.</summary>
    internal static void Compute(PaddedNumber number, PaddedNumber exponent, int bits, Span<ulong> result)
    {
        int limbs = result.Length;
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(2 * limbs);
        Span<ulong> power = rented.AsSpan(0, limbs), next = rented.AsSpan(limbs, limbs);
        for (int i = 0; i < limbs; i++) power[i] = number.WordAt(i);
        result.Clear();
        result[0] = 1;
        for (int bit = exponent.BitLength - 1; bit >= 0; bit--)
        {
            Limbs.MultiplyLow(result, result, next);
            next.CopyTo(result);
            if (!exponent.BitAt(bit)) continue;
            Limbs.MultiplyLow(result, power, next);
            next.CopyTo(result);
        }
        Limbs.KeepBits(result, bits);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    /// <summary>The inverse of an odd number mod 2^<paramref name="bits"/>: each turn of x (2 - a x) doubles the bits that hold.</summary>
    internal static void Inverse(ReadOnlySpan<ulong> odd, int bits, Span<ulong> result)
    {
        int limbs = result.Length;
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(2 * limbs);
        Span<ulong> product = rented.AsSpan(0, limbs), next = rented.AsSpan(limbs, limbs);
        result.Clear();
        result[0] = Limbs.InverseOf(odd[0]);
        for (int valid = 64; valid < bits; valid *= 2)
        {
            Limbs.MultiplyLow(odd, result, product);
            for (int i = 0; i < limbs; i++) product[i] = ~product[i];
            AddSmall(product, 3);
            Limbs.MultiplyLow(result, product, next);
            next.CopyTo(result);
        }
        Limbs.KeepBits(result, bits);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static void AddSmall(Span<ulong> number, ulong addend)
    {
        for (int i = 0; i < number.Length && addend != 0; i++)
        {
            number[i] += addend;
            addend = Carry.Of(number[i] < addend);
        }
    }
}
