using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Coco.Evm.Precompiles.ModExp;

/// <summary>
/// One word times a long number: the inner loops of long products. They are written on references, since a check of bounds for each
/// operand costs as much as the arithmetic. Safe: every index is below the length of the first operand, and the lengths of the others
/// are compared with it on entry.
/// </summary>
internal static class LimbRows
{
    /// <summary>sum += factor * number; returns the word that falls out. As many words of the sum as the number has.</summary>
    internal static ulong AddProduct(ulong factor, ReadOnlySpan<ulong> number, Span<ulong> sum)
    {
        int limbs = number.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(sum.Length, limbs);
        ref ulong n = ref MemoryMarshal.GetReference(number);
        ref ulong t = ref MemoryMarshal.GetReference(sum);
        ulong carry = 0;
        for (int i = 0; i < limbs; i++)
            Unsafe.Add(ref t, i) = Limbs.MultiplyAdd(factor, Unsafe.Add(ref n, i), Unsafe.Add(ref t, i), ref carry);
        return carry;
    }

    /// <summary>number -= factor * other; returns what is missing. The number has at least as many words as the other.</summary>
    internal static ulong SubtractProduct(ulong factor, ReadOnlySpan<ulong> other, Span<ulong> number)
    {
        int limbs = other.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(number.Length, limbs);
        ref ulong o = ref MemoryMarshal.GetReference(other);
        ref ulong n = ref MemoryMarshal.GetReference(number);
        ulong carry = 0;
        for (int i = 0; i < limbs; i++)
        {
            ulong product = Limbs.MultiplyAdd(factor, Unsafe.Add(ref o, i), 0, ref carry), word = Unsafe.Add(ref n, i);
            carry += Carry.Of(word < product);
            Unsafe.Add(ref n, i) = word - product;
        }
        return carry;
    }

    /// <summary>
    /// A row of a Montgomery product: sum = (sum + factor * number + k * modulus) / 2^64 for the k that makes it whole (FIOS: Koc,
    /// Acar, Kaliski 1996; the carry out of both chains is one bit, since the sum stays below twice the modulus).
    /// </summary>
    /// <param name="factor">A word of one factor.</param>
    /// <param name="number">The other factor, below the modulus, as long as it.</param>
    /// <param name="modulus">Odd.</param>
    /// <param name="negativeInverse">-1 / modulus mod 2^64.</param>
    /// <param name="sum">As long as the modulus, in place.</param>
    /// <param name="top">The bit above the sum, before and after.</param>
    internal static void MontgomeryStep(
        ulong factor, ReadOnlySpan<ulong> number, ReadOnlySpan<ulong> modulus, ulong negativeInverse, Span<ulong> sum, ref ulong top)
    {
        int limbs = modulus.Length;
        ArgumentOutOfRangeException.ThrowIfLessThan(sum.Length, limbs);
        ArgumentOutOfRangeException.ThrowIfLessThan(number.Length, limbs);
        ref ulong n = ref MemoryMarshal.GetReference(number);
        ref ulong m = ref MemoryMarshal.GetReference(modulus);
        ref ulong t = ref MemoryMarshal.GetReference(sum);
        ulong carry = 0, modulusCarry = 0;
        ulong low = Limbs.MultiplyAdd(factor, n, t, ref carry), k = low * negativeInverse;
        Limbs.MultiplyAdd(k, m, low, ref modulusCarry);
        for (int i = 1; i < limbs; i++)
        {
            ulong word = Limbs.MultiplyAdd(factor, Unsafe.Add(ref n, i), Unsafe.Add(ref t, i), ref carry);
            Unsafe.Add(ref t, i - 1) = Limbs.MultiplyAdd(k, Unsafe.Add(ref m, i), word, ref modulusCarry);
        }
        ulong last = carry + modulusCarry, whole = last + top;
        Unsafe.Add(ref t, limbs - 1) = whole;
        top = Carry.Of(last < carry) | Carry.Of(whole < last);
    }
}
