namespace Coco.Evm;

/// <summary>The machine's words read as two's complement numbers.</summary>
public static class SignedArithmetic
{
    /// <summary>SDIV: truncates toward zero; zero if b is zero; -2^255 / -1 stays -2^255.</summary>
    public static UInt256 Divide(in UInt256 a, in UInt256 b)
    {
        UInt256 quotient = WideArithmetic.Divide(Magnitude(a), Magnitude(b));
        return a.IsNegative != b.IsNegative ? -quotient : quotient;
    }

    /// <summary>SMOD: the result has the sign of a.</summary>
    public static UInt256 Modulo(in UInt256 a, in UInt256 b)
    {
        UInt256 rest = WideArithmetic.Modulo(Magnitude(a), Magnitude(b));
        return a.IsNegative ? -rest : rest;
    }

    public static bool Less(in UInt256 a, in UInt256 b) => a.IsNegative != b.IsNegative ? a.IsNegative : a < b;

    /// <summary>SAR: shifts right, filling with the sign.</summary>
    public static UInt256 ShiftRight(in UInt256 a, int count)
    {
        if (!a.IsNegative) return a >> count;
        return (uint)count >= 256 ? UInt256.MaxValue : ~(~a >> count);
    }

    /// <summary>SIGNEXTEND: byte <paramref name="index"/>, counted from the low end, holds the sign.</summary>
    public static UInt256 Extend(in UInt256 index, in UInt256 value)
    {
        if (!index.IsUInt64 || index.U0 >= 31) return value;
        int unused = 248 - (8 * (int)index.U0);
        return ShiftRight(value << unused, unused);
    }

    private static UInt256 Magnitude(in UInt256 a) => a.IsNegative ? -a : a;
}
