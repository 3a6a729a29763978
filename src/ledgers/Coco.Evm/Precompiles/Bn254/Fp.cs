using System.Runtime.CompilerServices;
using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>
/// The base field of BN254 (EIP-196), p = 36x^4 + 36x^3 + 24x^2 + 6x + 1 for x = 4965661367192848881.
/// In Montgomery's form (times 2^256), always reduced. Products: CIOS without a carry word, which the spare bit of the modulus
/// allows (Acar's algorithm as in EdMSM, Botrel and El Housni 2022).
/// </summary>
internal readonly struct Fp : IField<Fp>
{
    /// <summary>Bytes of the plain number, big-endian.</summary>
    internal const int Size = 32;

    private const ulong Q0 = 0x3C208C16D87CFD47, Q1 = 0x97816A916871CA8D, Q2 = 0xB85045B68181585D,
        Q3 = 0x30644E72E131A029;
    internal const ulong NegativeInverse = 0x87D20782E4866389;

    /// <summary>Words of a number.</summary>
    internal const int Words = Size / sizeof(ulong);

    private readonly ulong _l0, _l1, _l2, _l3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Fp(ulong l0, ulong l1, ulong l2, ulong l3) => (_l0, _l1, _l2, _l3) = (l0, l1, l2, l3);

    public static Fp Zero => default;
    public static Fp One => new(0xD35D438DC58F0D9D, 0x0A78EB28F5C70B3D, 0x666EA36F7879462C, 0x0E0A77C19A07DF2F);

    private static Fp RadixSquared => new(
        0xF32CFC5B538AFA89, 0xB5E71911D44501FB, 0x47AB1EFF0A417FF6, 0x06D89F71CAB8351F);

    public bool IsZero => (_l0 | _l1 | _l2 | _l3) == 0;

    public static bool operator ==(in Fp a, in Fp b) => ((a._l0 ^ b._l0) | (a._l1 ^ b._l1) | (a._l2 ^ b._l2) | (a._l3 ^ b._l3)) == 0;
    public static bool operator !=(in Fp a, in Fp b) => !(a == b);

    public override bool Equals(object? obj) => obj is Fp other && this == other;

    public override int GetHashCode() => _l0.GetHashCode();

    /// <summary>The modulus, its lowest word first.</summary>
    internal static ReadOnlySpan<ulong> Modulus => [Q0, Q1, Q2, Q3];

    /// <summary>A small number in Montgomery's form.</summary>
    internal static Fp FromSmall(ulong value) => new Fp(value, 0, 0, 0) * RadixSquared;

    /// <summary>Reads 32 bytes; false if they are not below the modulus.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bigEndian, out Fp value)
    {
        var plain = new Fp(Word.Read(bigEndian, 24), Word.Read(bigEndian, 16), Word.Read(bigEndian, 8), Word.Read(bigEndian, 0));
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
    }

    /// <summary>Takes a number as it is held, which may be little above the modulus.</summary>
    internal static Fp FromWords(ReadOnlySpan<ulong> words) => new Fp(words[0], words[1], words[2], words[3]).Once();

    internal void Write(Span<byte> bigEndian)
    {
        Fp plain = Reduced();
        Word.Write(bigEndian, 24, plain._l0);
        Word.Write(bigEndian, 16, plain._l1);
        Word.Write(bigEndian, 8, plain._l2);
        Word.Write(bigEndian, 0, plain._l3);
    }

    public static Fp operator +(in Fp a, in Fp b)
    {
        ulong c = 0;
        ulong s0 = Word.Add(a._l0, b._l0, c, out c);
        ulong s1 = Word.Add(a._l1, b._l1, c, out c);
        ulong s2 = Word.Add(a._l2, b._l2, c, out c);
        ulong s3 = Word.Add(a._l3, b._l3, c, out c);
        return new Fp(s0, s1, s2, s3).Once();
    }

    public static Fp operator -(in Fp a, in Fp b)
    {
        ulong c = 0;
        ulong s0 = Word.Subtract(a._l0, b._l0, c, out c);
        ulong s1 = Word.Subtract(a._l1, b._l1, c, out c);
        ulong s2 = Word.Subtract(a._l2, b._l2, c, out c);
        ulong s3 = Word.Subtract(a._l3, b._l3, c, out c);
        ulong mask = 0 - c;
        c = 0;
        s0 = Word.Add(s0, Q0 & mask, c, out c);
        s1 = Word.Add(s1, Q1 & mask, c, out c);
        s2 = Word.Add(s2, Q2 & mask, c, out c);
        s3 = Word.Add(s3, Q3 & mask, c, out c);
        return new Fp(s0, s1, s2, s3);
    }

    public static Fp operator -(in Fp a) => default(Fp) - a;

    public Fp Double() => this + this;

    public Fp Square() => this * this;

    public static Fp operator *(in Fp a, in Fp b)
    {
        ulong c, d, m;
        ulong a0 = a._l0, a1 = a._l1, a2 = a._l2, a3 = a._l3;

        ulong b0 = b._l0;
        c = Math.BigMul(a0, b0, out ulong t0);
        m = t0 * NegativeInverse;
        Word.MultiplyAdd(m, Q0, t0, 0, out d);
        ulong t1 = Word.MultiplyAdd(a1, b0, 0, c, out c);
        t0 = Word.MultiplyAdd(m, Q1, t1, d, out d);
        ulong t2 = Word.MultiplyAdd(a2, b0, 0, c, out c);
        t1 = Word.MultiplyAdd(m, Q2, t2, d, out d);
        ulong t3 = Word.MultiplyAdd(a3, b0, 0, c, out c);
        t2 = Word.MultiplyAdd(m, Q3, t3, d, out d);
        t3 = c + d;

        ulong b1 = b._l1;
        t0 = Word.MultiplyAdd(a0, b1, t0, 0, out c);
        m = t0 * NegativeInverse;
        Word.MultiplyAdd(m, Q0, t0, 0, out d);
        t1 = Word.MultiplyAdd(a1, b1, t1, c, out c);
        t0 = Word.MultiplyAdd(m, Q1, t1, d, out d);
        t2 = Word.MultiplyAdd(a2, b1, t2, c, out c);
        t1 = Word.MultiplyAdd(m, Q2, t2, d, out d);
        t3 = Word.MultiplyAdd(a3, b1, t3, c, out c);
        t2 = Word.MultiplyAdd(m, Q3, t3, d, out d);
        t3 = c + d;

        ulong b2 = b._l2;
        t0 = Word.MultiplyAdd(a0, b2, t0, 0, out c);
        m = t0 * NegativeInverse;
        Word.MultiplyAdd(m, Q0, t0, 0, out d);
        t1 = Word.MultiplyAdd(a1, b2, t1, c, out c);
        t0 = Word.MultiplyAdd(m, Q1, t1, d, out d);
        t2 = Word.MultiplyAdd(a2, b2, t2, c, out c);
        t1 = Word.MultiplyAdd(m, Q2, t2, d, out d);
        t3 = Word.MultiplyAdd(a3, b2, t3, c, out c);
        t2 = Word.MultiplyAdd(m, Q3, t3, d, out d);
        t3 = c + d;

        ulong b3 = b._l3;
        t0 = Word.MultiplyAdd(a0, b3, t0, 0, out c);
        m = t0 * NegativeInverse;
        Word.MultiplyAdd(m, Q0, t0, 0, out d);
        t1 = Word.MultiplyAdd(a1, b3, t1, c, out c);
        t0 = Word.MultiplyAdd(m, Q1, t1, d, out d);
        t2 = Word.MultiplyAdd(a2, b3, t2, c, out c);
        t1 = Word.MultiplyAdd(m, Q2, t2, d, out d);
        t3 = Word.MultiplyAdd(a3, b3, t3, c, out c);
        t2 = Word.MultiplyAdd(m, Q3, t3, d, out d);
        t3 = c + d;
        // One in twenty products is not below the modulus: the jump is cheaper than a subtraction each time.
        return t3 < Q3 ? new Fp(t0, t1, t2, t3) : new Fp(t0, t1, t2, t3).Once();
    }

    /// <summary>By the greatest common divisor; the factors bring the result back into Montgomery form.</summary>
    public Fp Invert()
    {
        Span<ulong> limbs = [_l0, _l1, _l2, _l3];
        ModularInverse.Invert(limbs, [Q0, Q1, Q2, Q3], NegativeInverse);
        return new Fp(limbs[0], limbs[1], limbs[2], limbs[3]) * RadixSquared * RadixSquared;
    }


    /// <summary>The plain number.</summary>
    private Fp Reduced() => this * new Fp(1, 0, 0, 0);

    /// <summary>Subtracts the modulus if it fits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Fp Once()
    {
        ulong c = 0;
        ulong s0 = Word.Subtract(_l0, Q0, c, out c);
        ulong s1 = Word.Subtract(_l1, Q1, c, out c);
        ulong s2 = Word.Subtract(_l2, Q2, c, out c);
        ulong s3 = Word.Subtract(_l3, Q3, c, out c);
        ulong keep = 0 - c;
        return new Fp(
            s0 ^ ((s0 ^ _l0) & keep), s1 ^ ((s1 ^ _l1) & keep), s2 ^ ((s2 ^ _l2) & keep), s3 ^ ((s3 ^ _l3) & keep));
    }

    private bool IsModulusOrMore()
    {
        ulong c = 0;
        Word.Subtract(_l0, Q0, c, out c);
        Word.Subtract(_l1, Q1, c, out c);
        Word.Subtract(_l2, Q2, c, out c);
        Word.Subtract(_l3, Q3, c, out c);
        return c == 0;
    }
}
