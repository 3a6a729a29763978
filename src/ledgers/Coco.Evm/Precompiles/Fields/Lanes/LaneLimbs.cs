using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>What is done with each limb of numbers in lanes.</summary>
internal static class LaneLimbs
{
    /// <summary>Numbers of 64 bits in one vector.</summary>
    internal const int Lanes = 4;

    /// <summary>The products of the low halves of all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> Product(Vector256<ulong> a, Vector256<ulong> b) =>
        Avx2.IsSupported ? Avx2.Multiply(a.AsUInt32(), b.AsUInt32()) : (a & Vector256.Create(0xFFFFFFFFUL)) * (b & Vector256.Create(0xFFFFFFFFUL));

    /// <summary>A limb that is only read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> At<L>(in L number, nint index) where L : unmanaged, ILaneNumber<L> =>
        L.Limb(ref Unsafe.AsRef(in number), index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add<L>(in L a, in L b, out L sum) where L : unmanaged, ILaneNumber<L>
    {
        Unsafe.SkipInit(out sum);
        for (nint i = 0; i < L.Limbs; i++) L.Limb(ref sum, i) = At(a, i) + At(b, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Subtract<L>(in L a, in L b, out L difference) where L : unmanaged, ILaneNumber<L>
    {
        Unsafe.SkipInit(out difference);
        for (nint i = 0; i < L.Limbs; i++) L.Limb(ref difference, i) = At(a, i) - At(b, i);
    }

    /// <summary>A multiple of the modulus less a sum of two tight numbers, without a negative limb.</summary>
    internal static void Negate<L>(in L a, out L negative) where L : unmanaged, ILaneNumber<L>
    {
        Unsafe.SkipInit(out negative);
        LaneModulus modulus = L.Modulus;
        for (nint i = 0; i < L.Limbs; i++) L.Limb(ref negative, i) = modulus.SmallPad(i) - At(a, i);
    }

    /// <summary>Puts a number of 64-bit words into one lane.</summary>
    internal static void Set<L>(ref L number, int lane, ReadOnlySpan<ulong> words) where L : unmanaged, ILaneNumber<L>
    {
        Span<ulong> limbs = stackalloc ulong[L.Limbs];
        LaneModulus.Split(words, limbs, L.Modulus.Bits);
        for (int i = 0; i < limbs.Length; i++) L.Limb(ref number, i) = L.Limb(ref number, i).WithElement(lane, limbs[i]);
    }

    /// <summary>Reads the tight number of one lane as 64-bit words.</summary>
    internal static void Get<L>(in L number, int lane, Span<ulong> words) where L : unmanaged, ILaneNumber<L>
    {
        Span<ulong> limbs = stackalloc ulong[L.Limbs];
        for (int i = 0; i < limbs.Length; i++) limbs[i] = At(number, i).GetElement(lane);
        words.Clear();
        LaneModulus.Join(limbs, words, L.Modulus.Bits);
    }
}
