using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Coco.Crypto;

/// <summary>
/// Keccak-f[1600] with one vector for each row of five lanes. Rho is one variable rotation a row; pi moves the five lanes of a
/// row into one column, so a permutation within the row makes columns, on which chi is vertical; then columns become rows again.
/// Lanes 5 to 7 hold copies that save shuffles on the way back.
/// </summary>
internal static class KeccakAvx512
{
    private const byte Xor3 = 0x96;   // a ^ b ^ c
    private const byte Chi = 0xD2;    // a ^ (~b & c)

    internal static bool IsSupported => Avx512F.IsSupported && BitConverter.IsLittleEndian;

    /// <summary>Permutes the first 25 of at least 28 words; the last three are overwritten.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Permute(Span<ulong> state)
    {
        ref ulong s = ref MemoryMarshal.GetReference(state[..28]);
        Vector512<ulong> r0 = Vector512.LoadUnsafe(ref s), r1 = Vector512.LoadUnsafe(ref s, 5), r2 = Vector512.LoadUnsafe(ref s, 10);
        Vector512<ulong> r3 = Vector512.LoadUnsafe(ref s, 15), r4 = Vector512.LoadUnsafe(ref s, 20);
        for (int round = 0; round < 24; round++)
        {
            Vector512<ulong> parity = Avx512F.TernaryLogic(Avx512F.TernaryLogic(r0, r1, r2, Xor3), r3, r4, Xor3);
            Vector512<ulong> before = Avx512F.PermuteVar8x64(parity, Vector512.Create(4UL, 0, 1, 2, 3, 5, 6, 7));
            Vector512<ulong> after = Avx512F.PermuteVar8x64(Avx512F.RotateLeft(parity, 1), Vector512.Create(1UL, 2, 3, 4, 0, 5, 6, 7));

            Vector512<ulong> c0 = Column(r0, before, after, Vector512.Create(0UL, 1, 62, 28, 27, 0, 0, 0), Vector512.Create(0UL, 3, 1, 4, 2, 4, 0, 3));
            Vector512<ulong> c1 = Column(r1, before, after, Vector512.Create(36UL, 44, 6, 55, 20, 0, 0, 0), Vector512.Create(1UL, 4, 2, 0, 3, 0, 1, 4));
            Vector512<ulong> c2 = Column(r2, before, after, Vector512.Create(3UL, 10, 43, 25, 39, 0, 0, 0), Vector512.Create(2UL, 0, 3, 1, 4, 1, 2, 0));
            Vector512<ulong> c3 = Column(r3, before, after, Vector512.Create(41UL, 45, 15, 21, 8, 0, 0, 0), Vector512.Create(3UL, 1, 4, 2, 0, 2, 3, 1));
            Vector512<ulong> c4 = Column(r4, before, after, Vector512.Create(18UL, 2, 61, 56, 14, 0, 0, 0), Vector512.Create(4UL, 2, 0, 3, 1, 3, 4, 2));

            (c0, c1, c2, c3, c4) = (Avx512F.TernaryLogic(c0, c1, c2, Chi), Avx512F.TernaryLogic(c1, c2, c3, Chi),
                Avx512F.TernaryLogic(c2, c3, c4, Chi), Avx512F.TernaryLogic(c3, c4, c0, Chi), Avx512F.TernaryLogic(c4, c0, c1, Chi));

            Vector512<ulong> even01 = Avx512F.UnpackLow(c0, c1), odd01 = Avx512F.UnpackHigh(c0, c1);
            Vector512<ulong> even23 = Avx512F.UnpackLow(c2, c3), odd23 = Avx512F.UnpackHigh(c2, c3);
            even01 = Vector512.ConditionalSelect(Vector512.Create(0, 0, 0, 0, 0, 0, ulong.MaxValue, 0), c4, even01);
            odd23 = Vector512.ConditionalSelect(Vector512.Create(0, 0, 0, 0, 0, ulong.MaxValue, 0, ulong.MaxValue), c4, odd23);
            even23 = Avx512F.PermuteVar8x64x2(even23, Vector512.Create(0UL, 1, 2, 3, 4, 5, 10, 12), c4);
            r0 = Avx512F.PermuteVar8x64x2(even01, Vector512.Create(0UL, 1, 8, 9, 6, 0, 0, 0), even23);
            r0 ^= Vector512.Create(KeccakScalar.RoundConstants[round], 0, 0, 0, 0, 0, 0, 0);
            r1 = Avx512F.PermuteVar8x64x2(odd01, Vector512.Create(0UL, 1, 8, 9, 15, 0, 0, 0), odd23);
            r2 = Avx512F.PermuteVar8x64x2(even01, Vector512.Create(2UL, 3, 10, 11, 14, 0, 0, 0), even23);
            r3 = Avx512F.PermuteVar8x64x2(odd01, Vector512.Create(2UL, 3, 10, 11, 13, 0, 0, 0), odd23);
            r4 = Avx512F.PermuteVar8x64x2(even01, Vector512.Create(4UL, 5, 12, 13, 15, 0, 0, 0), even23);
        }
        r0.StoreUnsafe(ref s);
        r1.StoreUnsafe(ref s, 5);
        r2.StoreUnsafe(ref s, 10);
        r3.StoreUnsafe(ref s, 15);
        r4.StoreUnsafe(ref s, 20);
    }

    /// <summary>Theta, rho and pi on one row: the result is the column that it becomes, lane y for row y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Column(
        Vector512<ulong> row, Vector512<ulong> before, Vector512<ulong> after, Vector512<ulong> rotation, Vector512<ulong> order) =>
        Avx512F.PermuteVar8x64(Avx512F.RotateLeftVariable(Avx512F.TernaryLogic(row, before, after, Xor3), rotation), order);
}
