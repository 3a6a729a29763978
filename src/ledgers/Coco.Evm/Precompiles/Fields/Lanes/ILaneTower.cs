using System.Runtime.Intrinsics;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>What distinguishes the towers and twists of the two pairings in lanes.</summary>
internal interface ILaneTower<L> where L : unmanaged, ILaneNumber<L>
{
    /// <summary>Whether the twist divides by xi (M) or multiplies by it (D): which coefficients of a line are zero.</summary>
    static abstract bool IsDividing { get; }

    /// <summary>One limb of the real part of a product with xi, loose.</summary>
    static abstract Vector256<ulong> XiReal(Vector256<ulong> real, Vector256<ulong> imaginary);

    /// <summary>The same of the imaginary part.</summary>
    static abstract Vector256<ulong> XiImaginary(Vector256<ulong> real, Vector256<ulong> imaginary);

    /// <summary>Three times the number times the constant of the twist's equation, tight.</summary>
    static abstract void MultiplyByThreeTwistB(in Fp2Lanes<L> a, out Fp2Lanes<L> product);

    /// <summary>The roots by which the p-th power multiplies: see <see cref="Fp12Lanes{L, T}.Frobenius"/>.</summary>
    static abstract ref readonly Fp12Lanes<L> FrobeniusRoots { get; }
}
