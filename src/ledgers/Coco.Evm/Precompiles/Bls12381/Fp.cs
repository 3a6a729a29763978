using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>
/// The base field of BLS12-381 (EIP-2537).
/// In Montgomery's form (times 2^384), always reduced. Products: CIOS without a carry word, which the spare bit of the modulus
/// allows (Acar's algorithm as in EdMSM, Botrel and El Housni 2022).
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Fp : IField<Fp>
{
    /// <summary>Bytes of the plain number, big-endian.</summary>
    internal const int Size = 48;

    private const ulong Q0 = 0xB9FEFFFFFFFFAAAB, Q1 = 0x1EABFFFEB153FFFF, Q2 = 0x6730D2A0F6B0F624,
        Q3 = 0x64774B84F38512BF, Q4 = 0x4B1BA7B6434BACD7, Q5 = 0x1A0111EA397FE69A;
    internal const ulong NegativeInverse = 0x89F3FFFCFFFCFFFD;

    /// <summary>Words of a number.</summary>
    internal const int Words = Size / sizeof(ulong);

    private readonly ulong _l0, _l1, _l2, _l3, _l4, _l5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Fp(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4, ulong l5) => (_l0, _l1, _l2, _l3, _l4, _l5) = (l0, l1, l2, l3, l4, l5);

    public static Fp Zero => default;
    public static Fp One => new(0x760900000002FFFD, 0xEBF4000BC40C0002, 0x5F48985753C758BA, 0x77CE585370525745, 0x5C071A97A256EC6D, 0x15F65EC3FA80E493);

    private static Fp RadixSquared => new(
        0xF4DF1F341C341746, 0x0A76E6A609D104F1, 0x8DE5476C4C95B6D5, 0x67EB88A9939D83C0, 0x9A793E85B519952D, 0x11988FE592CAE3AA);

    public bool IsZero => (_l0 | _l1 | _l2 | _l3 | _l4 | _l5) == 0;

    public static bool operator ==(in Fp a, in Fp b) => ((a._l0 ^ b._l0) | (a._l1 ^ b._l1) | (a._l2 ^ b._l2) | (a._l3 ^ b._l3) | (a._l4 ^ b._l4) | (a._l5 ^ b._l5)) == 0;
    public static bool operator !=(in Fp a, in Fp b) => !(a == b);

    public override bool Equals(object? obj) => obj is Fp other && this == other;

    public override int GetHashCode() => _l0.GetHashCode();

    /// <summary>The modulus, its lowest word first.</summary>
    internal static ReadOnlySpan<ulong> Modulus => [Q0, Q1, Q2, Q3, Q4, Q5];

    /// <summary>A small number in Montgomery's form.</summary>
    internal static Fp FromSmall(ulong value) => new Fp(value, 0, 0, 0, 0, 0) * RadixSquared;

    /// <summary>Reads 48 bytes; false if they are not below the modulus.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bigEndian, out Fp value)
    {
        var plain = new Fp(Word.Read(bigEndian, 40), Word.Read(bigEndian, 32), Word.Read(bigEndian, 24), Word.Read(bigEndian, 16), Word.Read(bigEndian, 8), Word.Read(bigEndian, 0));
        value = default;
        if (plain.IsModulusOrMore()) return false;
        value = plain * RadixSquared;
        return true;
    }

    /// <summary>Writes the number as it is held, its lowest word first.</summary>
    internal void CopyTo(Span<ulong> words)
    {
        words[0] = _l0;
        words[1] = _l1;
        words[2] = _l2;
        words[3] = _l3;
        words[4] = _l4;
        words[5] = _l5;
    }

    /// <summary>Takes a number as it is held, which may be little above the modulus.</summary>
    internal static Fp FromWords(ReadOnlySpan<ulong> words) => new Fp(words[0], words[1], words[2], words[3], words[4], words[5]).Once();

    internal void Write(Span<byte> bigEndian)
    {
        Fp plain = Reduced();
        Word.Write(bigEndian, 40, plain._l0);
        Word.Write(bigEndian, 32, plain._l1);
        Word.Write(bigEndian, 24, plain._l2);
        Word.Write(bigEndian, 16, plain._l3);
        Word.Write(bigEndian, 8, plain._l4);
        Word.Write(bigEndian, 0, plain._l5);
    }

    /// <summary>The lowest bit of the plain number: sgn0 of RFC 9380, 4.1.</summary>
    internal bool IsOdd => (Reduced()._l0 & 1) != 0;

    /// <summary>Whether the plain number is above (p - 1) / 2.</summary>
    internal bool IsLarge => Double().Reduced().IsBelowPlain(Reduced());

    public static Fp operator +(in Fp a, in Fp b)
    {
        ulong c = 0;
        ulong s0 = Word.Add(a._l0, b._l0, c, out c);
        ulong s1 = Word.Add(a._l1, b._l1, c, out c);
        ulong s2 = Word.Add(a._l2, b._l2, c, out c);
        ulong s3 = Word.Add(a._l3, b._l3, c, out c);
        ulong s4 = Word.Add(a._l4, b._l4, c, out c);
        ulong s5 = Word.Add(a._l5, b._l5, c, out c);
        return new Fp(s0, s1, s2, s3, s4, s5).Once();
    }

    public static Fp operator -(in Fp a, in Fp b)
    {
        ulong c = 0;
        ulong s0 = Word.Subtract(a._l0, b._l0, c, out c);
        ulong s1 = Word.Subtract(a._l1, b._l1, c, out c);
        ulong s2 = Word.Subtract(a._l2, b._l2, c, out c);
        ulong s3 = Word.Subtract(a._l3, b._l3, c, out c);
        ulong s4 = Word.Subtract(a._l4, b._l4, c, out c);
        ulong s5 = Word.Subtract(a._l5, b._l5, c, out c);
        ulong mask = 0 - c;
        c = 0;
        s0 = Word.Add(s0, Q0 & mask, c, out c);
        s1 = Word.Add(s1, Q1 & mask, c, out c);
        s2 = Word.Add(s2, Q2 & mask, c, out c);
        s3 = Word.Add(s3, Q3 & mask, c, out c);
        s4 = Word.Add(s4, Q4 & mask, c, out c);
        s5 = Word.Add(s5, Q5 & mask, c, out c);
        return new Fp(s0, s1, s2, s3, s4, s5);
    }

    public static Fp operator -(in Fp a) => default(Fp) - a;

    public Fp Double() => this + this;

    public Fp Square() => this * this;

    /// <summary>
    /// A loop over the words of b, unrolled over those of a: unrolled over both, there are more locals than the compiler tracks, and
    /// it stops to inline. The six words stand in order, since a struct's fields do.
    /// </summary>
    public static Fp operator *(in Fp a, in Fp b)
    {
        ulong a0 = a._l0, a1 = a._l1, a2 = a._l2, a3 = a._l3, a4 = a._l4, a5 = a._l5;
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0;
        foreach (ulong word in MemoryMarshal.CreateReadOnlySpan(in b._l0, Size / sizeof(ulong)))
        {
            t0 = Word.MultiplyAdd(a0, word, t0, 0, out ulong c);
            ulong m = t0 * NegativeInverse;
            Word.MultiplyAdd(m, Q0, t0, 0, out ulong d);
            t1 = Word.MultiplyAdd(a1, word, t1, c, out c);
            t0 = Word.MultiplyAdd(m, Q1, t1, d, out d);
            t2 = Word.MultiplyAdd(a2, word, t2, c, out c);
            t1 = Word.MultiplyAdd(m, Q2, t2, d, out d);
            t3 = Word.MultiplyAdd(a3, word, t3, c, out c);
            t2 = Word.MultiplyAdd(m, Q3, t3, d, out d);
            t4 = Word.MultiplyAdd(a4, word, t4, c, out c);
            t3 = Word.MultiplyAdd(m, Q4, t4, d, out d);
            t5 = Word.MultiplyAdd(a5, word, t5, c, out c);
            t4 = Word.MultiplyAdd(m, Q5, t5, d, out d);
            t5 = c + d;
        }
        // One in forty products is not below the modulus: the jump is cheaper than a subtraction each time.
        return t5 < Q5 ? new Fp(t0, t1, t2, t3, t4, t5) : new Fp(t0, t1, t2, t3, t4, t5).Once();
    }

    /// <summary>By the greatest common divisor; the factors bring the result back into Montgomery form.</summary>
    public Fp Invert()
    {
        Span<ulong> limbs = [_l0, _l1, _l2, _l3, _l4, _l5];
        ModularInverse.Invert(limbs, [Q0, Q1, Q2, Q3, Q4, Q5], NegativeInverse);
        return new Fp(limbs[0], limbs[1], limbs[2], limbs[3], limbs[4], limbs[5]) * RadixSquared * RadixSquared;
    }


    /// <summary>The power with a plain exponent, its lowest word first: four bits at a time.</summary>
    internal Fp Power(ReadOnlySpan<ulong> exponent)
    {
        Span<Fp> table = stackalloc Fp[16];
        table[0] = One;
        for (int i = 1; i < table.Length; i++) table[i] = table[i - 1] * this;
        Fp result = One;
        for (int bit = (64 * exponent.Length) - 4; bit >= 0; bit -= 4)
        {
            result = result.Square().Square().Square().Square();
            int digit = (int)(exponent[bit / 64] >> (bit % 64)) & 15;
            if (digit != 0) result *= table[digit];
        }
        return result;
    }

    /// <summary>A constant of the source, in hex.</summary>
    internal static Fp FromHex(string hex)
    {
        bool isBelow = TryRead(Convert.FromHexString(hex.PadLeft(2 * Size, '0')), out Fp value);
        return isBelow ? value : throw new ArgumentException("A constant is below the modulus.", nameof(hex));
    }

    /// <summary>The power (p - 3) / 4: an inverse of the square root where there is one.</summary>
    internal Fp QuarterPower() => Power(
        [0xEE7FBFFFFFFFEAAA, 0x07AAFFFFAC54FFFF, 0xD9CC34A83DAC3D89, 0xD91DD2E13CE144AF, 0x92C6E9ED90D2EB35, 0x0680447A8E5FF9A6]);

    /// <summary>A root where there is one (p = 3 mod 4); where not, a root of the number times -1.</summary>
    internal bool TrySquareRoot(out Fp root)
    {
        root = QuarterPower() * this;
        return root.Square() == this;
    }

    /// <summary>The plain number.</summary>
    private Fp Reduced() => this * new Fp(1, 0, 0, 0, 0, 0);

    /// <summary>Subtracts the modulus if it fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Fp Once()
    {
        ulong c = 0;
        ulong s0 = Word.Subtract(_l0, Q0, c, out c);
        ulong s1 = Word.Subtract(_l1, Q1, c, out c);
        ulong s2 = Word.Subtract(_l2, Q2, c, out c);
        ulong s3 = Word.Subtract(_l3, Q3, c, out c);
        ulong s4 = Word.Subtract(_l4, Q4, c, out c);
        ulong s5 = Word.Subtract(_l5, Q5, c, out c);
        ulong keep = 0 - c;
        return new Fp(
            s0 ^ ((s0 ^ _l0) & keep), s1 ^ ((s1 ^ _l1) & keep), s2 ^ ((s2 ^ _l2) & keep), s3 ^ ((s3 ^ _l3) & keep), s4 ^ ((s4 ^ _l4) & keep), s5 ^ ((s5 ^ _l5) & keep));
    }

    private bool IsModulusOrMore()
    {
        ulong c = 0;
        Word.Subtract(_l0, Q0, c, out c);
        Word.Subtract(_l1, Q1, c, out c);
        Word.Subtract(_l2, Q2, c, out c);
        Word.Subtract(_l3, Q3, c, out c);
        Word.Subtract(_l4, Q4, c, out c);
        Word.Subtract(_l5, Q5, c, out c);
        return c == 0;
    }

    private bool IsBelowPlain(in Fp other)
    {
        ulong c = 0;
        Word.Subtract(_l0, other._l0, c, out c);
        Word.Subtract(_l1, other._l1, c, out c);
        Word.Subtract(_l2, other._l2, c, out c);
        Word.Subtract(_l3, other._l3, c, out c);
        Word.Subtract(_l4, other._l4, c, out c);
        Word.Subtract(_l5, other._l5, c, out c);
        return c != 0;
    }
}
