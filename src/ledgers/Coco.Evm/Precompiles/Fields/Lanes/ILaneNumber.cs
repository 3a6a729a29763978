using System.Runtime.Intrinsics;

namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>
/// Four numbers of a prime field, one in each lane of the vectors that hold their limbs, the lowest first. A limb has 64 bits of which
/// few are used, so that sums and differences carry nothing: their limbs are <i>loose</i> and may be negative, until
/// <see cref="ILaneField{E}.Reduce"/> makes them <i>tight</i> again, and the number little more than the modulus. Products are tight; the number
/// is below twice the modulus where the factors are sums of reduced numbers or of products of such.
/// </summary>
internal interface ILaneNumber<L> : ILaneField<L> where L : unmanaged, ILaneNumber<L>
{
    static abstract int Limbs { get; }

    static abstract LaneModulus Modulus { get; }

    /// <summary>a b + c d. Limbs are not negative, and the products of their looseness (a loose sum of n tight numbers: n) add up to 16 at most.</summary>
    static abstract void SumOfProducts(in L a, in L b, in L c, in L d, out L sum);

    /// <summary>One vector of the four numbers.</summary>
    static abstract ref Vector256<ulong> Limb(ref L number, nint index);
}
