using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Coco.Primitives;
using Lanes = System.Runtime.Intrinsics.Vector512<ulong>;

namespace Coco.Crypto;

/// <summary>Keccak-256 of up to eight inputs at once: vector i holds lane i of the eight states.</summary>
internal static class KeccakEight
{
    internal const int Ways = 8;

    private const int RateWords = Keccak256.Rate / sizeof(ulong);
    private const int HashWords = Hash256.Size / sizeof(ulong);

    internal static bool IsSupported => Avx512F.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>
    /// Input i lies in <paramref name="inputs"/> before <c>ends[i]</c>, behind the input before it (the first: at
    /// <paramref name="start"/>). As many permutations as the longest input needs; the hash of a shorter one is taken when it is done.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Hash(ReadOnlySpan<byte> inputs, int start, ReadOnlySpan<int> ends, Span<Hash256> hashes)
    {
        Span<ulong> lanes = stackalloc ulong[25 * Ways];
        lanes.Clear();
        int left = ends.Length;
        for (int block = 0; left > 0; block++)
        {
            int begin = start;
            for (int way = 0; way < ends.Length; way++)
            {
                Absorb(inputs[begin..ends[way]], block, lanes[way..]);
                begin = ends[way];
            }
            Permute(lanes);
            begin = start;
            for (int way = 0; way < ends.Length; way++)
            {
                if ((ends[way] - begin) / Keccak256.Rate == block) hashes[way] = Squeeze(lanes[way..], ref left);
                begin = ends[way];
            }
        }
    }

    /// <summary>Takes block <paramref name="number"/> of one input into its state, whose lanes are <see cref="Ways"/> apart.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Absorb(ReadOnlySpan<byte> input, int number, Span<ulong> lanes)
    {
        int at = number * Keccak256.Rate;
        if (at > input.Length) return;
        if (input.Length - at >= Keccak256.Rate)
        {
            Xor(input[at..], lanes);
            return;
        }
        Span<byte> padded = stackalloc byte[Keccak256.Rate];
        Pad(input[at..], padded);
        Xor(padded, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Xor(ReadOnlySpan<byte> block, Span<ulong> lanes)
    {
        for (int word = 0; word < RateWords; word++)
            lanes[word * Ways] ^= MemoryMarshal.Read<ulong>(block[(word * sizeof(ulong))..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Hash256 Squeeze(ReadOnlySpan<ulong> lanes, ref int left)
    {
        Span<ulong> hash = stackalloc ulong[HashWords];
        for (int word = 0; word < HashWords; word++) hash[word] = lanes[word * Ways];
        left--;
        return MemoryMarshal.Read<Hash256>(MemoryMarshal.AsBytes(hash));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pad(ReadOnlySpan<byte> input, Span<byte> block)
    {
        input.CopyTo(block);
        block[input.Length..].Clear();
        block[input.Length] = 0x01;
        block[Keccak256.Rate - 1] |= 0x80;
    }

    /// <summary>The same steps as <see cref="KeccakScalar.Permute"/>, with three-way logic. Compiled well at once: a node that starts hashes its whole state.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SuppressMessage("Style", "IDE0055", Justification = "One line a step keeps the five rows comparable.")]
    private static void Permute(Span<ulong> state)
    {
        ref ulong s = ref MemoryMarshal.GetReference(state[..(25 * Ways)]);
        Lanes a0 = Vector512.LoadUnsafe(ref s, 0), a1 = Vector512.LoadUnsafe(ref s, 8), a2 = Vector512.LoadUnsafe(ref s, 16);
        Lanes a3 = Vector512.LoadUnsafe(ref s, 24), a4 = Vector512.LoadUnsafe(ref s, 32), a5 = Vector512.LoadUnsafe(ref s, 40);
        Lanes a6 = Vector512.LoadUnsafe(ref s, 48), a7 = Vector512.LoadUnsafe(ref s, 56), a8 = Vector512.LoadUnsafe(ref s, 64);
        Lanes a9 = Vector512.LoadUnsafe(ref s, 72), a10 = Vector512.LoadUnsafe(ref s, 80), a11 = Vector512.LoadUnsafe(ref s, 88);
        Lanes a12 = Vector512.LoadUnsafe(ref s, 96), a13 = Vector512.LoadUnsafe(ref s, 104), a14 = Vector512.LoadUnsafe(ref s, 112);
        Lanes a15 = Vector512.LoadUnsafe(ref s, 120), a16 = Vector512.LoadUnsafe(ref s, 128), a17 = Vector512.LoadUnsafe(ref s, 136);
        Lanes a18 = Vector512.LoadUnsafe(ref s, 144), a19 = Vector512.LoadUnsafe(ref s, 152), a20 = Vector512.LoadUnsafe(ref s, 160);
        Lanes a21 = Vector512.LoadUnsafe(ref s, 168), a22 = Vector512.LoadUnsafe(ref s, 176), a23 = Vector512.LoadUnsafe(ref s, 184);
        Lanes a24 = Vector512.LoadUnsafe(ref s, 192);
        Lanes e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12,
            e13, e14, e15, e16, e17, e18, e19, e20, e21, e22, e23, e24;
        Lanes b0, b1, b2, b3, b4, c0, c1, c2, c3, c4, d0, d1, d2, d3, d4;
        for (int round = 0; round < 24; round += 2)
        {
            ulong first = KeccakScalar.RoundConstants[round], second = KeccakScalar.RoundConstants[round + 1];
            c0 = Xor(Xor(a0, a5, a10), a15, a20);
            c1 = Xor(Xor(a1, a6, a11), a16, a21);
            c2 = Xor(Xor(a2, a7, a12), a17, a22);
            c3 = Xor(Xor(a3, a8, a13), a18, a23);
            c4 = Xor(Xor(a4, a9, a14), a19, a24);
            d0 = Rotate(c1, 1); d1 = Rotate(c2, 1); d2 = Rotate(c3, 1); d3 = Rotate(c4, 1); d4 = Rotate(c0, 1);
            b0 = Xor(a0, c4, d0); b1 = Rotate(Xor(a6, c0, d1), 44); b2 = Rotate(Xor(a12, c1, d2), 43);
            b3 = Rotate(Xor(a18, c2, d3), 21); b4 = Rotate(Xor(a24, c3, d4), 14);
            e0 = Chi(b0, b1, b2) ^ Vector512.Create(first); e1 = Chi(b1, b2, b3); e2 = Chi(b2, b3, b4);
            e3 = Chi(b3, b4, b0); e4 = Chi(b4, b0, b1);
            b0 = Rotate(Xor(a3, c2, d3), 28); b1 = Rotate(Xor(a9, c3, d4), 20); b2 = Rotate(Xor(a10, c4, d0), 3);
            b3 = Rotate(Xor(a16, c0, d1), 45); b4 = Rotate(Xor(a22, c1, d2), 61);
            e5 = Chi(b0, b1, b2); e6 = Chi(b1, b2, b3); e7 = Chi(b2, b3, b4);
            e8 = Chi(b3, b4, b0); e9 = Chi(b4, b0, b1);
            b0 = Rotate(Xor(a1, c0, d1), 1); b1 = Rotate(Xor(a7, c1, d2), 6); b2 = Rotate(Xor(a13, c2, d3), 25);
            b3 = Rotate(Xor(a19, c3, d4), 8); b4 = Rotate(Xor(a20, c4, d0), 18);
            e10 = Chi(b0, b1, b2); e11 = Chi(b1, b2, b3); e12 = Chi(b2, b3, b4);
            e13 = Chi(b3, b4, b0); e14 = Chi(b4, b0, b1);
            b0 = Rotate(Xor(a4, c3, d4), 27); b1 = Rotate(Xor(a5, c4, d0), 36); b2 = Rotate(Xor(a11, c0, d1), 10);
            b3 = Rotate(Xor(a17, c1, d2), 15); b4 = Rotate(Xor(a23, c2, d3), 56);
            e15 = Chi(b0, b1, b2); e16 = Chi(b1, b2, b3); e17 = Chi(b2, b3, b4);
            e18 = Chi(b3, b4, b0); e19 = Chi(b4, b0, b1);
            b0 = Rotate(Xor(a2, c1, d2), 62); b1 = Rotate(Xor(a8, c2, d3), 55); b2 = Rotate(Xor(a14, c3, d4), 39);
            b3 = Rotate(Xor(a15, c4, d0), 41); b4 = Rotate(Xor(a21, c0, d1), 2);
            e20 = Chi(b0, b1, b2); e21 = Chi(b1, b2, b3); e22 = Chi(b2, b3, b4);
            e23 = Chi(b3, b4, b0); e24 = Chi(b4, b0, b1);

            c0 = Xor(Xor(e0, e5, e10), e15, e20);
            c1 = Xor(Xor(e1, e6, e11), e16, e21);
            c2 = Xor(Xor(e2, e7, e12), e17, e22);
            c3 = Xor(Xor(e3, e8, e13), e18, e23);
            c4 = Xor(Xor(e4, e9, e14), e19, e24);
            d0 = Rotate(c1, 1); d1 = Rotate(c2, 1); d2 = Rotate(c3, 1); d3 = Rotate(c4, 1); d4 = Rotate(c0, 1);
            b0 = Xor(e0, c4, d0); b1 = Rotate(Xor(e6, c0, d1), 44); b2 = Rotate(Xor(e12, c1, d2), 43);
            b3 = Rotate(Xor(e18, c2, d3), 21); b4 = Rotate(Xor(e24, c3, d4), 14);
            a0 = Chi(b0, b1, b2) ^ Vector512.Create(second); a1 = Chi(b1, b2, b3); a2 = Chi(b2, b3, b4);
            a3 = Chi(b3, b4, b0); a4 = Chi(b4, b0, b1);
            b0 = Rotate(Xor(e3, c2, d3), 28); b1 = Rotate(Xor(e9, c3, d4), 20); b2 = Rotate(Xor(e10, c4, d0), 3);
            b3 = Rotate(Xor(e16, c0, d1), 45); b4 = Rotate(Xor(e22, c1, d2), 61);
            a5 = Chi(b0, b1, b2); a6 = Chi(b1, b2, b3); a7 = Chi(b2, b3, b4);
            a8 = Chi(b3, b4, b0); a9 = Chi(b4, b0, b1);
            b0 = Rotate(Xor(e1, c0, d1), 1); b1 = Rotate(Xor(e7, c1, d2), 6); b2 = Rotate(Xor(e13, c2, d3), 25);
            b3 = Rotate(Xor(e19, c3, d4), 8); b4 = Rotate(Xor(e20, c4, d0), 18);
            a10 = Chi(b0, b1, b2); a11 = Chi(b1, b2, b3); a12 = Chi(b2, b3, b4);
            a13 = Chi(b3, b4, b0); a14 = Chi(b4, b0, b1);
            b0 = Rotate(Xor(e4, c3, d4), 27); b1 = Rotate(Xor(e5, c4, d0), 36); b2 = Rotate(Xor(e11, c0, d1), 10);
            b3 = Rotate(Xor(e17, c1, d2), 15); b4 = Rotate(Xor(e23, c2, d3), 56);
            a15 = Chi(b0, b1, b2); a16 = Chi(b1, b2, b3); a17 = Chi(b2, b3, b4);
            a18 = Chi(b3, b4, b0); a19 = Chi(b4, b0, b1);
            b0 = Rotate(Xor(e2, c1, d2), 62); b1 = Rotate(Xor(e8, c2, d3), 55); b2 = Rotate(Xor(e14, c3, d4), 39);
            b3 = Rotate(Xor(e15, c4, d0), 41); b4 = Rotate(Xor(e21, c0, d1), 2);
            a20 = Chi(b0, b1, b2); a21 = Chi(b1, b2, b3); a22 = Chi(b2, b3, b4);
            a23 = Chi(b3, b4, b0); a24 = Chi(b4, b0, b1);
        }
        a0.StoreUnsafe(ref s, 0); a1.StoreUnsafe(ref s, 8); a2.StoreUnsafe(ref s, 16); a3.StoreUnsafe(ref s, 24);
        a4.StoreUnsafe(ref s, 32); a5.StoreUnsafe(ref s, 40); a6.StoreUnsafe(ref s, 48); a7.StoreUnsafe(ref s, 56);
        a8.StoreUnsafe(ref s, 64); a9.StoreUnsafe(ref s, 72); a10.StoreUnsafe(ref s, 80); a11.StoreUnsafe(ref s, 88);
        a12.StoreUnsafe(ref s, 96); a13.StoreUnsafe(ref s, 104); a14.StoreUnsafe(ref s, 112); a15.StoreUnsafe(ref s, 120);
        a16.StoreUnsafe(ref s, 128); a17.StoreUnsafe(ref s, 136); a18.StoreUnsafe(ref s, 144); a19.StoreUnsafe(ref s, 152);
        a20.StoreUnsafe(ref s, 160); a21.StoreUnsafe(ref s, 168); a22.StoreUnsafe(ref s, 176); a23.StoreUnsafe(ref s, 184);
        a24.StoreUnsafe(ref s, 192);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Xor(Lanes a, Lanes b, Lanes c) => Avx512F.TernaryLogic(a, b, c, 0x96);

    /// <summary>a ^ (~b &amp; c)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Chi(Lanes a, Lanes b, Lanes c) => Avx512F.TernaryLogic(a, b, c, 0xD2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Rotate(Lanes a, [ConstantExpected] byte by) => Avx512F.RotateLeft(a, by);
}
