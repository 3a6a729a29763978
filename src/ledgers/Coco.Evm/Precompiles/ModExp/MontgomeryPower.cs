using System.Buffers;

namespace Coco.Evm.Precompiles.ModExp;

/// <summary>Powers modulo an odd number by Montgomery multiplication (Koc, Acar, Kaliski 1996) with R = 2^(64 limbs).</summary>
internal static class MontgomeryPower
{
    private const int WindowBits = 4;
    private const int WindowSize = 1 << WindowBits;

    /// <summary>Up to this many bits of exponent a table of powers costs more than it saves.</summary>
    private const int MaxBinaryBits = 32;

    /// <summary>The modulus is odd and its last limb not zero; the result is as long as it.</summary>
    internal static void Compute(PaddedNumber number, PaddedNumber exponent, ReadOnlySpan<ulong> modulus, Span<ulong> result)
    {
        int limbs = modulus.Length;
        int size = (WindowSize + 3) * limbs;
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(size);
        Span<ulong> memory = rented.AsSpan(0, size);
        Span<ulong> table = memory[..(WindowSize * limbs)], squared = memory.Slice(WindowSize * limbs, limbs);
        Span<ulong> accumulator = memory.Slice((WindowSize + 1) * limbs, limbs);
        var field = new Multiplier(modulus, memory[((WindowSize + 2) * limbs)..]);

        field.One(table[..limbs]);
        field.RadixSquared(table[..limbs], squared);
        field.Enter(number, squared, table.Slice(limbs, limbs), accumulator);
        table[..limbs].CopyTo(accumulator);
        Raise(field, exponent, table, accumulator);
        squared.Clear();
        squared[0] = 1;
        field.Multiply(accumulator, squared, result);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    /// <summary>The inverse of an odd word mod 2^64 (Newton: 3a ^ 2 is right in 5 bits).</summary>
    internal static ulong InverseOf(ulong odd)
    {
        ulong inverse = (3 * odd) ^ 2;
        for (int bits = 5; bits < 64; bits *= 2) inverse *= 2 - (odd * inverse);
        return inverse;
    }

    /// <summary>The table begins with one and the base; the accumulator is one.</summary>
    private static void Raise(in Multiplier field, PaddedNumber exponent, Span<ulong> table, Span<ulong> accumulator)
    {
        int limbs = accumulator.Length, bits = exponent.BitLength;
        if (bits == 0) return;
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

    /// <summary>Montgomery multiplication under one modulus.</summary>
    private readonly ref struct Multiplier(ReadOnlySpan<ulong> modulus, Span<ulong> scratch)
    {
        private readonly ReadOnlySpan<ulong> _modulus = modulus;
        private readonly Span<ulong> _scratch = scratch[..modulus.Length];
        private readonly ulong _negativeInverse = 0 - InverseOf(modulus[0]);

        /// <summary>a b / R mod m for a below R and b below m. The result may lie in place of a factor.</summary>
        internal void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> result)
        {
            int limbs = _modulus.Length;
            Span<ulong> t = _scratch;
            t.Clear();
            ulong top = 0;
            foreach (ulong word in a) LimbRows.MontgomeryStep(word, b, _modulus, _negativeInverse, t, ref top);
            bool isReduced = top == 0 && Limbs.IsBelow(t, _modulus);
            t.CopyTo(result);
            if (!isReduced) Limbs.Subtract(result[..limbs], _modulus);
        }

        /// <summary>R mod m: the highest power of two below m, doubled until it is R.</summary>
        internal void One(Span<ulong> result)
        {
            int limbs = _modulus.Length;
            int bit = (64 * limbs) - 1 - (int)ulong.LeadingZeroCount(_modulus[^1]);
            result.Clear();
            result[bit / 64] = 1UL << (bit % 64);
            if (limbs == 1 && _modulus[0] == 1) result.Clear();
            for (; bit < 64 * limbs; bit++) Double(result);
        }

        /// <summary>
        /// R^2 mod m, which is 2^(64 limbs) in Montgomery's form. From one, doublings lead to 2^start; each squaring doubles the
        /// exponent, and costs as much as that many doublings.
        /// </summary>
        internal void RadixSquared(ReadOnlySpan<ulong> one, Span<ulong> result)
        {
            int bits = 64 * _modulus.Length, start = bits, squarings = 0;
            for (; start > _modulus.Length; start /= 2) squarings++;
            one.CopyTo(result);
            for (int i = 0; i < start; i++) Double(result);
            for (int i = 0; i < squarings; i++) Multiply(result, result, result);
        }

        /// <summary>A number of any length mod m in Montgomery's form, from the highest chunk of R down (Horner).</summary>
        internal void Enter(PaddedNumber number, ReadOnlySpan<ulong> squared, Span<ulong> result, Span<ulong> chunk)
        {
            int limbs = _modulus.Length, words = (number.Size + 7) / 8;
            result.Clear();
            for (int start = (words - 1) / limbs * limbs; start >= 0; start -= limbs)
            {
                Multiply(result, squared, result);
                for (int i = 0; i < limbs; i++) chunk[i] = number.WordAt(start + i);
                Multiply(chunk, squared, chunk);
                bool isOver = Limbs.Add(result, chunk) != 0 || !Limbs.IsBelow(result, _modulus);
                if (isOver) Limbs.Subtract(result, _modulus);
            }
        }

        private void Double(Span<ulong> number)
        {
            bool isOver = Limbs.Double(number) != 0 || !Limbs.IsBelow(number, _modulus);
            if (isOver) Limbs.Subtract(number, _modulus);
        }
    }
}
