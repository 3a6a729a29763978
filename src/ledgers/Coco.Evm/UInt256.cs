using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Coco.Evm;

/// <summary>
/// The machine's word: 256 bits as four 64-bit limbs, <see cref="U0"/> the least significant. All arithmetic is modulo 2^256.
/// Multiplication and division are in <see cref="WideArithmetic"/>, signed operations in <see cref="SignedArithmetic"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct UInt256 : IEquatable<UInt256>, IComparable<UInt256>
{
    public const int Size = 32;

    public readonly ulong U0, U1, U2, U3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public UInt256(ulong u0, ulong u1 = 0, ulong u2 = 0, ulong u3 = 0)
    {
        U0 = u0;
        U1 = u1;
        U2 = u2;
        U3 = u3;
    }

    /// <summary>Reads big-endian bytes; shorter input counts as the low end. At most 32 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public UInt256(ReadOnlySpan<byte> bigEndian)
    {
        if (bigEndian.Length == Size)
        {
            U3 = BinaryPrimitives.ReadUInt64BigEndian(bigEndian);
            U2 = BinaryPrimitives.ReadUInt64BigEndian(bigEndian[8..]);
            U1 = BinaryPrimitives.ReadUInt64BigEndian(bigEndian[16..]);
            U0 = BinaryPrimitives.ReadUInt64BigEndian(bigEndian[24..]);
        }
        else this = FromShort(bigEndian);
    }

    public static UInt256 Zero => default;
    public static UInt256 One => new(1);
    public static UInt256 MaxValue => new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    public bool IsZero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (U0 | U1 | U2 | U3) == 0;
    }

    /// <summary>Whether the value fits 64 bits.</summary>
    public bool IsUInt64
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (U1 | U2 | U3) == 0;
    }

    public bool IsNegative => (long)U3 < 0;

    /// <summary>Number of significant bits; 0 for zero.</summary>
    public int BitLength
    {
        get
        {
            if (U3 != 0) return 256 - BitOperations.LeadingZeroCount(U3);
            if (U2 != 0) return 192 - BitOperations.LeadingZeroCount(U2);
            if (U1 != 0) return 128 - BitOperations.LeadingZeroCount(U1);
            return 64 - BitOperations.LeadingZeroCount(U0);
        }
    }

    public static implicit operator UInt256(ulong value) => new(value);
    public static implicit operator UInt256(uint value) => new(value);
    public static explicit operator ulong(in UInt256 value) => value.U0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator +(in UInt256 a, in UInt256 b)
    {
        ulong r0 = a.U0 + b.U0;
        ulong c = Carry.Of(r0 < a.U0);
        ulong r1 = a.U1 + b.U1;
        ulong d = Carry.Of(r1 < a.U1);
        r1 += c;
        d += Carry.Of(r1 < c);
        ulong r2 = a.U2 + b.U2;
        c = Carry.Of(r2 < a.U2);
        r2 += d;
        c += Carry.Of(r2 < d);
        return new UInt256(r0, r1, r2, a.U3 + b.U3 + c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator -(in UInt256 a, in UInt256 b)
    {
        ulong r0 = a.U0 - b.U0;
        ulong c = Carry.Of(a.U0 < b.U0);
        ulong r1 = a.U1 - b.U1;
        ulong d = Carry.Of(a.U1 < b.U1);
        d += Carry.Of(r1 < c);
        r1 -= c;
        ulong r2 = a.U2 - b.U2;
        c = Carry.Of(a.U2 < b.U2);
        c += Carry.Of(r2 < d);
        r2 -= d;
        return new UInt256(r0, r1, r2, a.U3 - b.U3 - c);
    }

    /// <summary>The sum, and whether it wrapped.</summary>
    public static bool AddOverflows(in UInt256 a, in UInt256 b, out UInt256 sum)
    {
        UInt256 result = a + b;
        bool wrapped = result < a;
        sum = result;
        return wrapped;
    }

    public static UInt256 operator *(in UInt256 a, in UInt256 b) => WideArithmetic.Multiply(a, b);
    public static UInt256 operator /(in UInt256 a, in UInt256 b) => WideArithmetic.Divide(a, b);
    public static UInt256 operator %(in UInt256 a, in UInt256 b) => WideArithmetic.Modulo(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator &(in UInt256 a, in UInt256 b) => new(a.U0 & b.U0, a.U1 & b.U1, a.U2 & b.U2, a.U3 & b.U3);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator |(in UInt256 a, in UInt256 b) => new(a.U0 | b.U0, a.U1 | b.U1, a.U2 | b.U2, a.U3 | b.U3);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator ^(in UInt256 a, in UInt256 b) => new(a.U0 ^ b.U0, a.U1 ^ b.U1, a.U2 ^ b.U2, a.U3 ^ b.U3);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt256 operator ~(in UInt256 a) => new(~a.U0, ~a.U1, ~a.U2, ~a.U3);

    /// <summary>Two's complement negation.</summary>
    public static UInt256 operator -(in UInt256 a) => default(UInt256) - a;

    /// <summary>Shifts left; 256 and more give zero.</summary>
    public static UInt256 operator <<(in UInt256 a, int count)
    {
        if ((uint)count >= 256) return default;
        int bits = count & 63;
        // A shift by 64 - 0 would be a shift by 0: hence the two steps.
        ulong s0 = a.U0 << bits;
        ulong s1 = (a.U1 << bits) | ((a.U0 >> 1) >> (63 - bits));
        ulong s2 = (a.U2 << bits) | ((a.U1 >> 1) >> (63 - bits));
        ulong s3 = (a.U3 << bits) | ((a.U2 >> 1) >> (63 - bits));
        return (count >> 6) switch
        {
            0 => new UInt256(s0, s1, s2, s3),
            1 => new UInt256(0, s0, s1, s2),
            2 => new UInt256(0, 0, s0, s1),
            _ => new UInt256(0, 0, 0, s0),
        };
    }

    /// <summary>Shifts right, filling with zeros; 256 and more give zero.</summary>
    public static UInt256 operator >>(in UInt256 a, int count)
    {
        if ((uint)count >= 256) return default;
        int bits = count & 63;
        ulong s3 = a.U3 >> bits;
        ulong s2 = (a.U2 >> bits) | ((a.U3 << 1) << (63 - bits));
        ulong s1 = (a.U1 >> bits) | ((a.U2 << 1) << (63 - bits));
        ulong s0 = (a.U0 >> bits) | ((a.U1 << 1) << (63 - bits));
        return (count >> 6) switch
        {
            0 => new UInt256(s0, s1, s2, s3),
            1 => new UInt256(s1, s2, s3, 0),
            2 => new UInt256(s2, s3, 0, 0),
            _ => new UInt256(s3, 0, 0, 0),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator <(in UInt256 a, in UInt256 b)
    {
        if (a.U3 != b.U3) return a.U3 < b.U3;
        if (a.U2 != b.U2) return a.U2 < b.U2;
        if (a.U1 != b.U1) return a.U1 < b.U1;
        return a.U0 < b.U0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator >(in UInt256 a, in UInt256 b) => b < a;
    public static bool operator <=(in UInt256 a, in UInt256 b) => !(b < a);
    public static bool operator >=(in UInt256 a, in UInt256 b) => !(a < b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator ==(in UInt256 a, in UInt256 b) =>
        ((a.U0 ^ b.U0) | (a.U1 ^ b.U1) | (a.U2 ^ b.U2) | (a.U3 ^ b.U3)) == 0;
    public static bool operator !=(in UInt256 a, in UInt256 b) => !(a == b);

    public bool Equals(UInt256 other) => this == other;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is UInt256 other && this == other;

    public override int GetHashCode()
    {
        ulong mixed = (U0 * 0x9E3779B97F4A7C15UL) ^ (U1 * 0xC2B2AE3D27D4EB4FUL) ^ (U2 * 0x165667B19E3779F9UL) ^ (U3 * 0x27D4EB2F165667C5UL);
        return (int)(mixed ^ (mixed >> 32));
    }

    public int CompareTo(UInt256 other) => this < other ? -1 : other < this ? 1 : 0;

    /// <summary>Writes 32 big-endian bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteBigEndian(Span<byte> destination)
    {
        _ = destination[31];
        BinaryPrimitives.WriteUInt64BigEndian(destination, U3);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], U2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], U1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], U0);
    }

    public byte[] ToBigEndian()
    {
        byte[] bytes = new byte[Size];
        WriteBigEndian(bytes);
        return bytes;
    }

    /// <summary>0x and the hex digits without leading zeros, as JSON-RPC writes quantities.</summary>
    public override string ToString()
    {
        string digits = Convert.ToHexStringLower(ToBigEndian()).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    /// <summary>Reads hex with 0x (at most 64 digits after leading zeros) or decimal without.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UInt256 value)
    {
        bool hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (hex) text = text[2..];
        value = default;
        if (text.IsEmpty || text.Length > 1024) return false;
        if (hex) return TryParseHex(text.TrimStart('0'), out value);
        foreach (char c in text)
        {
            uint digit = (uint)(c - '0');
            if (digit > 9 || value > (MaxValue - digit) / 10u) return false;
            value = (value * 10u) + digit;
        }
        return true;
    }

    private static bool TryParseHex(ReadOnlySpan<char> digits, out UInt256 value)
    {
        value = default;
        if (digits.Length > Size * 2) return false;
        Span<char> padded = stackalloc char[Size * 2];
        padded.Fill('0');
        digits.CopyTo(padded[(padded.Length - digits.Length)..]);
        Span<byte> bytes = stackalloc byte[Size];
        if (Convert.FromHexString(padded, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        value = new UInt256((ReadOnlySpan<byte>)bytes);
        return true;
    }

    public BigInteger ToBigInteger() => new(ToBigEndian(), isUnsigned: true, isBigEndian: true);

    private static UInt256 FromShort(ReadOnlySpan<byte> bigEndian)
    {
        if (bigEndian.Length > Size) throw new ArgumentException("A word is at most 32 bytes.", nameof(bigEndian));
        Span<byte> padded = stackalloc byte[Size];
        padded.Clear();
        bigEndian.CopyTo(padded[(Size - bigEndian.Length)..]);
        return new UInt256((ReadOnlySpan<byte>)padded);
    }
}
