namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>The way from single numbers into lanes and back.</summary>
internal interface ILanesOf<L, F> : ILaneNumber<L> where L : unmanaged, ILanesOf<L, F> where F : unmanaged, IField<F>
{
    static abstract void Set(ref L number, int lane, in F value);

    /// <summary>The tight number of one lane.</summary>
    static abstract F Get(in L number, int lane);
}
