namespace Coco.Evm.Precompiles.Fields;

/// <summary>Numbers as few odd digits, the lowest first (Hankerson, Menezes, Vanstone 2004, algorithm 3.35).</summary>
internal static class NonAdjacentForm
{
    /// <summary>Writes digits that are zero or odd and below 2^(<paramref name="windowBits"/> - 1), into what was cleared; returns how many.</summary>
    internal static int Write(UInt256 number, int windowBits, Span<sbyte> digits)
    {
        int length = 0;
        while (!number.IsZero)
        {
            int digit = (int)(number.U0 & ((1UL << windowBits) - 1));
            if ((digit & 1) != 0)
            {
                if (digit >= 1 << (windowBits - 1)) digit -= 1 << windowBits;
                number = digit > 0 ? number - (ulong)digit : number + (ulong)-digit;
                digits[length] = (sbyte)digit;
            }
            number >>= 1;
            length++;
        }
        return length;
    }

    /// <summary>The digits of a constant.</summary>
    internal static sbyte[] Of(in UInt256 number, int windowBits)
    {
        Span<sbyte> digits = stackalloc sbyte[UInt256.Size * 8];
        digits.Clear();
        return digits[..Write(number, windowBits, digits)].ToArray();
    }

    /// <summary>Plain binary digits, where few of them are ones.</summary>
    internal static sbyte[] Binary(ulong number)
    {
        var digits = new sbyte[64 - System.Numerics.BitOperations.LeadingZeroCount(number)];
        for (int i = 0; i < digits.Length; i++) digits[i] = (sbyte)((number >> i) & 1);
        return digits;
    }
}
