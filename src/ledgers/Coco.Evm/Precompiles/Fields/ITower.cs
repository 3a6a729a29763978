namespace Coco.Evm.Precompiles.Fields;

/// <summary>What distinguishes the towers of the two pairings: Fp6 = Fp2[v] / (v^3 - xi), Fp12 = Fp6[w] / (w^2 - v).</summary>
internal interface ITower<F> where F : unmanaged, IField<F>
{
    static abstract Fp2<F> MultiplyByXi(in Fp2<F> a);

    /// <summary>xi^((p - 1) / 6): what the p-th power makes of w, divided by w.</summary>
    static abstract Fp2<F> FrobeniusRoot { get; }
}
