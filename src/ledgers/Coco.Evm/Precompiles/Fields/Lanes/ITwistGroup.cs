namespace Coco.Evm.Precompiles.Fields.Lanes;

/// <summary>The group of prime order on a curve's twist, and how a point of the twist shows that it belongs to it.</summary>
internal interface ITwistGroup<F> where F : unmanaged, IField<F>
{
    /// <summary>The curve's parameter.</summary>
    static abstract ulong Parameter { get; }

    /// <summary>The parameter's digits as <see cref="JacobianLanes{E}.Multiply"/> wants them.</summary>
    static abstract ReadOnlySpan<sbyte> Digits { get; }

    /// <summary>Whether the point is in the group; <paramref name="multiple"/> is its multiple by the parameter.</summary>
    static abstract bool Contains(in AffinePoint<Fp2<F>> point, in JacobianPoint<Fp2<F>> multiple);
}
