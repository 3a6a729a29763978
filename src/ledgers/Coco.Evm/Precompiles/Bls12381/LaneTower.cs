using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Coco.Evm.Precompiles.Fields.Lanes;
using Transfer = Coco.Evm.Precompiles.Fields.Lanes.LaneTransfer<Coco.Evm.Precompiles.Bls12381.FpLanes, Coco.Evm.Precompiles.Bls12381.Fp>;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>xi = 1 + i, and the twist y^2 = x^3 + 4 xi, in lanes.</summary>
internal readonly struct LaneTower : ILaneTower<FpLanes>
{
    private static readonly Fp12Lanes<FpLanes> Roots = Transfer.RootsOf(Bls12381Tower.FrobeniusRoot);

    public static bool IsDividing => true;

    public static ref readonly Fp12Lanes<FpLanes> FrobeniusRoots => ref Roots;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> XiReal(Vector256<ulong> real, Vector256<ulong> imaginary) => real - imaginary;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> XiImaginary(Vector256<ulong> real, Vector256<ulong> imaginary) => real + imaginary;

    public static void MultiplyByThreeTwistB(in Fp2Lanes<FpLanes> a, out Fp2Lanes<FpLanes> product)
    {
        Unsafe.SkipInit(out product);
        for (nint i = 0; i < FpLanes.Limbs; i++)
        {
            Vector256<ulong> real = LaneLimbs.At(a.C0, i), imaginary = LaneLimbs.At(a.C1, i);
            Vector256<ulong> difference = (real - imaginary) << 2, sum = (real + imaginary) << 2;
            FpLanes.Limb(ref product.C0, i) = difference + (difference << 1);
            FpLanes.Limb(ref product.C1, i) = sum + (sum << 1);
        }
        Fp2Lanes<FpLanes>.Reduce(ref product);
    }
}
