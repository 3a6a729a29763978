namespace Coco.Evm.Precompiles.Fields;

/// <summary>A map of a curve's points that keeps sums, and that costs a few products where a multiple costs thousands.</summary>
internal interface IEndomorphism<F> where F : unmanaged, IField<F>
{
    static abstract JacobianPoint<F> Map(in JacobianPoint<F> point);
}
