using System.Buffers;
using System.Runtime.Intrinsics.X86;

namespace Coco.Evm.Precompiles.ModExp;

/// <summary>Powers modulo an odd number by Montgomery multiplication.</summary>
internal static class MontgomeryPower
{
    private const int WindowBits = 4;
    private const int WindowSize = 1 << WindowBits;

    /// <summary>Up to this many bits of exponent a table of powers costs more than it saves.</summary>
    private const int MaxBinaryBits = 32;

    /// <summary>Up to this many words vectors cost more than they save.</summary>
    private const int MaxPlainWords = 7;

    /// <summary>The modulus is odd and its last word not zero; the result is as long as it.</summary>
    internal static void Compute(PaddedNumber number, PaddedNumber exponent, ReadOnlySpan<ulong> modulus, Span<ulong> result)
    {
        int words = modulus.Length;
        bool isVector = words > MaxPlainWords && Avx2.IsSupported;
        ulong[] scratch = ArrayPool<ulong>.Shared.Rent(isVector ? VectorMontgomery.ScratchFor(words) : words);
        if (isVector) Compute(new VectorMontgomery(modulus, scratch), number, exponent, modulus, result);
        else Compute(new WordMontgomery(modulus, scratch.AsSpan(0, words)), number, exponent, modulus, result);
        ArrayPool<ulong>.Shared.Return(scratch);
    }

    private static void Compute<M>(in M field, PaddedNumber number, PaddedNumber exponent, ReadOnlySpan<ulong> modulus, Span<ulong> result)
        where M : IMontgomery, allows ref struct
    {
        if (exponent.BitLength == 0)
        {
            result.Clear();
            result[0] = modulus is [1] ? 0UL : 1;
            return;
        }
        int length = field.Length;
        ulong[] rented = ArrayPool<ulong>.Shared.Rent((WindowSize + 1) * length);
        Span<ulong> table = rented.AsSpan(0, WindowSize * length), accumulator = rented.AsSpan(WindowSize * length, length);
        Enter(number, field.RadixBits, modulus, result);
        field.Load(result, table.Slice(length, length));
        Raise(field, exponent, table, accumulator);
        field.Leave(accumulator, result);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    /// <summary>A number of any length times 2^<paramref name="radixBits"/> mod m.</summary>
    private static void Enter(PaddedNumber number, int radixBits, ReadOnlySpan<ulong> modulus, Span<ulong> result)
    {
        int limbs = modulus.Length, shift = LongDivision.ShiftOf(modulus), words = (number.BitLength + 63) / 64;
        int start = (radixBits + shift) / 64, bits = (radixBits + shift) % 64, size = Math.Max(start + words, limbs) + 2;
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(size + limbs);
        Span<ulong> dividend = rented.AsSpan(0, size), divisor = rented.AsSpan(size, limbs);
        dividend.Clear();
        for (int i = 0; i < words; i++)
        {
            ulong word = number.WordAt(i);
            dividend[start + i] |= word << bits;
            if (bits > 0) dividend[start + i + 1] = word >> (64 - bits);
        }
        Limbs.ShiftLeft(modulus, shift, divisor);
        LongDivision.Remainder(dividend, divisor);
        Limbs.ShiftRight(dividend[..limbs], shift, result);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    /// <summary>The table has the base at its second place; the exponent is not zero.</summary>
    private static void Raise<M>(in M field, PaddedNumber exponent, Span<ulong> table, Span<ulong> accumulator) where M : IMontgomery, allows ref struct
    {
        int limbs = accumulator.Length, bits = exponent.BitLength;
        if (bits <= MaxBinaryBits)
        {
            table.Slice(limbs, limbs).CopyTo(accumulator);
            for (int bit = bits - 2; bit >= 0; bit--)
            {
                field.Multiply(accumulator, accumulator, accumulator);
                if (exponent.BitAt(bit)) field.Multiply(accumulator, table.Slice(limbs, limbs), accumulator);
            }
            return;
        }
        for (int i = 2; i < WindowSize; i++)
            field.Multiply(table.Slice((i - 1) * limbs, limbs), table.Slice(limbs, limbs), table.Slice(i * limbs, limbs));
        int top = (bits - 1) / WindowBits;
        table.Slice(Digit(exponent, top) * limbs, limbs).CopyTo(accumulator);
        for (int window = top - 1; window >= 0; window--)
        {
            for (int i = 0; i < WindowBits; i++) field.Multiply(accumulator, accumulator, accumulator);
            int digit = Digit(exponent, window);
            if (digit != 0) field.Multiply(accumulator, table.Slice(digit * limbs, limbs), accumulator);
        }
    }

    private static int Digit(PaddedNumber exponent, int window) =>
        (exponent.ByteAt(window / 2) >> (window % 2 * WindowBits)) & (WindowSize - 1);
}
