using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>A modulus and what follows from it, each limb in all lanes.</summary>
internal sealed class LaneModulus
{
    /// <summary>What is added before a reduction, in moduli, and what each limb has more of it, in radices: beyond any negative combination.</summary>
    private const ulong PadMultiple = 512, PadLooseness = 200;

    /// <summary>The same for the difference of a sum of two tight numbers.</summary>
    private const ulong SmallPadMultiple = 8, SmallPadLooseness = 2;

    /// <summary>Bits behind the point of the reciprocal.</summary>
    private const int ReciprocalBits = 48;

    private readonly Vector256<ulong>[] _modulus, _complement, _pad, _smallPad;
    private readonly Vector256<ulong> _reciprocal;

    /// <param name="words">The modulus, its lowest word first.</param>
    /// <param name="negativeInverse">-1 / modulus mod 2^64.</param>
    /// <param name="limbs">Limbs of a number.</param>
    /// <param name="bits">Bits of a limb.</param>
    internal LaneModulus(ReadOnlySpan<ulong> words, ulong negativeInverse, int limbs, int bits)
    {
        (Bits, Mask) = (bits, Vector256.Create((1UL << bits) - 1));
        NegativeInverse = Vector256.Create(negativeInverse) & Mask;
        Span<ulong> plain = stackalloc ulong[limbs];
        Split(words, plain, bits);
        _modulus = InAllLanes(plain);
        _pad = Padded(plain, PadMultiple, PadLooseness);
        _smallPad = Padded(plain, SmallPadMultiple, SmallPadLooseness);
        _reciprocal = Vector256.Create((1UL << ReciprocalBits) / (plain[^1] + 1));
        for (int i = 0; i < limbs; i++) plain[i] = Mask[0] - plain[i] + (i == 0 ? 1UL : 0);
        _complement = InAllLanes(plain);
    }

    internal int Bits { get; }

    internal Vector256<ulong> Mask { get; }

    internal Vector256<ulong> NegativeInverse { get; }

    internal ref Vector256<ulong> First => ref MemoryMarshal.GetArrayDataReference(_modulus);

    /// <summary>A multiple of the modulus less a sum of two tight numbers: its looseness is three.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector256<ulong> SmallPad(nint index) => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_smallPad), index);

    /// <summary>Cuts a number of 64-bit words into limbs.</summary>
    internal static void Split(ReadOnlySpan<ulong> words, Span<ulong> limbs, int bits)
    {
        for (int i = 0; i < limbs.Length; i++)
        {
            int word = i * bits / 64, shift = i * bits % 64;
            ulong low = word < words.Length ? words[word] >> shift : 0;
            ulong high = shift + bits > 64 && word + 1 < words.Length ? words[word + 1] << (64 - shift) : 0;
            limbs[i] = (low | high) & ((1UL << bits) - 1);
        }
    }

    /// <summary>Puts limbs together to words, which are zero before; what does not fit is zero.</summary>
    internal static void Join(ReadOnlySpan<ulong> limbs, Span<ulong> words, int bits)
    {
        for (int i = 0; i < limbs.Length; i++)
        {
            int word = i * bits / 64, shift = i * bits % 64;
            if (word < words.Length) words[word] |= limbs[i] << shift;
            if (shift + bits > 64 && word + 1 < words.Length) words[word + 1] |= limbs[i] >> (64 - shift);
        }
    }

    /// <summary>
    /// Brings loose limbs, which may be negative, below the modulus or little above, and makes them tight: the quotient is guessed by
    /// the highest limb, too small rather than too large, and subtracted by adding the complement, of which what overflows is cut off.
    /// </summary>
    internal void Reduce<L>(ref L number) where L : unmanaged, ILaneNumber<L>
    {
        int bits = Bits;
        nint last = L.Limbs - 1;
        Vector256<ulong> mask = Mask;
        ref Vector256<ulong> pad = ref MemoryMarshal.GetArrayDataReference(_pad), complement = ref MemoryMarshal.GetArrayDataReference(_complement);
        Vector256<ulong> below = L.Limb(ref number, last - 1) + Unsafe.Add(ref pad, last - 1);
        Vector256<ulong> top = L.Limb(ref number, last) + Unsafe.Add(ref pad, last) + (below >>> bits);
        Vector256<ulong> quotient = LaneLimbs.Product(top, _reciprocal) >>> ReciprocalBits, carry = default;
        for (nint i = 0; i <= last; i++)
        {
            Vector256<ulong> sum = L.Limb(ref number, i) + Unsafe.Add(ref pad, i) + LaneLimbs.Product(quotient, Unsafe.Add(ref complement, i)) + carry;
            L.Limb(ref number, i) = sum & mask;
            carry = sum >>> bits;
        }
    }

    /// <summary>Makes limbs tight that are not negative; the number stays as large as it is.</summary>
    internal void CarryOn<L>(ref L number) where L : unmanaged, ILaneNumber<L>
    {
        int bits = Bits;
        nint last = L.Limbs - 1;
        Vector256<ulong> mask = Mask, carry = default;
        for (nint i = 0; i < last; i++)
        {
            Vector256<ulong> sum = L.Limb(ref number, i) + carry;
            L.Limb(ref number, i) = sum & mask;
            carry = sum >>> bits;
        }
        L.Limb(ref number, last) += carry;
    }

    /// <summary>A multiple of the modulus of which each limb but the last has so many radices more, taken from the limb above.</summary>
    private Vector256<ulong>[] Padded(ReadOnlySpan<ulong> modulus, ulong multiple, ulong looseness)
    {
        Span<ulong> limbs = stackalloc ulong[modulus.Length];
        ulong carry = 0;
        for (int i = 0; i < limbs.Length; i++)
        {
            ulong product = (multiple * modulus[i]) + carry;
            bool isLast = i == limbs.Length - 1;
            limbs[i] = (isLast ? product : (product & Mask[0]) + (looseness << Bits)) - (i == 0 ? 0 : looseness);
            carry = product >> Bits;
        }
        return InAllLanes(limbs);
    }

    private static Vector256<ulong>[] InAllLanes(ReadOnlySpan<ulong> limbs)
    {
        var vectors = new Vector256<ulong>[limbs.Length];
        for (int i = 0; i < limbs.Length; i++) vectors[i] = Vector256.Create(limbs[i]);
        return vectors;
    }
}
