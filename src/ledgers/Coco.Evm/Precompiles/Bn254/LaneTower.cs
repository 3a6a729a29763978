using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Coco.Evm.Precompiles.Fields.Lanes;
using Transfer = Coco.Evm.Precompiles.Fields.Lanes.LaneTransfer<Coco.Evm.Precompiles.Bn254.FpLanes, Coco.Evm.Precompiles.Bn254.Fp>;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>xi = 9 + i, and the twist y^2 = x^3 + 3 / xi, in lanes.</summary>
internal readonly struct LaneTower : ILaneTower<FpLanes>
{
    private static readonly Fp12Lanes<FpLanes> Roots = Transfer.RootsOf(Bn254Tower.FrobeniusRoot);
    private static readonly Fp2Lanes<FpLanes> ThreeTwistB = Transfer.InAllLanes(Bn254Curve.TwistB.Double() + Bn254Curve.TwistB);

    public static bool IsDividing => false;

    public static ref readonly Fp12Lanes<FpLanes> FrobeniusRoots => ref Roots;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> XiReal(Vector256<ulong> real, Vector256<ulong> imaginary) => (real << 3) + real - imaginary;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> XiImaginary(Vector256<ulong> real, Vector256<ulong> imaginary) => (imaginary << 3) + imaginary + real;

    public static void MultiplyByThreeTwistB(in Fp2Lanes<FpLanes> a, out Fp2Lanes<FpLanes> product) =>
        Fp2Lanes<FpLanes>.Multiply(a, ThreeTwistB, out product);
}
