using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Coco.Evm.Precompiles.Fields.Lanes.LaneLimbs;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>The lines of a group of pairs, one in each lane: a constant and what stands before x and y of the point of the first group, tight.</summary>
[SkipLocalsInit]
internal struct LineLanes<L> where L : unmanaged, ILaneNumber<L>
{
    internal Fp2Lanes<L> Constant, X, Y;

    /// <summary>
    /// One line as a factor of Fp12 in lanes, C0, C1 and their sum: its coefficients of 1 and v. With a twist that divides, the line is
    /// constant + x w^2 + y w^3, and otherwise y + x w + constant w^3.
    /// </summary>
    internal readonly void Spread<T>(int lane, out Fp2Lanes<L> c0, out Fp2Lanes<L> c1) where T : ILaneTower<L>
    {
        if (T.IsDividing)
        {
            Spread(Constant, lane, LaneMasks.Of02, out c0);
            Spread(X, Y, lane, out c1);
        }
        else
        {
            Spread(Y, X, lane, out c0);
            Spread(Constant, lane, LaneMasks.Of12, out c1);
        }
    }

    private static void Spread(in Fp2Lanes<L> a, int lane, Vector256<ulong> mask, out Fp2Lanes<L> spread)
    {
        Unsafe.SkipInit(out spread);
        for (nint i = 0; i < L.Limbs; i++)
        {
            L.Limb(ref spread.C0, i) = Everywhere(a.C0, i, lane) & mask;
            L.Limb(ref spread.C1, i) = Everywhere(a.C1, i, lane) & mask;
        }
    }

    private static void Spread(in Fp2Lanes<L> a, in Fp2Lanes<L> b, int lane, out Fp2Lanes<L> spread)
    {
        Unsafe.SkipInit(out spread);
        Vector256<ulong> first = LaneMasks.Of02, second = LaneMasks.Of12;
        for (nint i = 0; i < L.Limbs; i++)
        {
            L.Limb(ref spread.C0, i) = (Everywhere(a.C0, i, lane) & first) + (Everywhere(b.C0, i, lane) & second);
            L.Limb(ref spread.C1, i) = (Everywhere(a.C1, i, lane) & first) + (Everywhere(b.C1, i, lane) & second);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Everywhere(in L number, nint index, int lane) => Vector256.Create(At(number, index).GetElement(lane));
}
