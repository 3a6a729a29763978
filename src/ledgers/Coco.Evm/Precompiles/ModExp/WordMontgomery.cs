namespace Coco.Evm.Precompiles.ModExp;

/// <summary>Montgomery multiplication in 64-bit words (FIOS: Koc, Acar, Kaliski 1996), R = 2^(64 words): for short numbers.</summary>
/// <param name="modulus">Odd, its highest word not zero.</param>
/// <param name="scratch">As long.</param>
internal readonly ref struct WordMontgomery(ReadOnlySpan<ulong> modulus, Span<ulong> scratch) : IMontgomery
{
    private readonly ReadOnlySpan<ulong> _modulus = modulus;
    private readonly Span<ulong> _scratch = scratch;
    private readonly ulong _negativeInverse = 0 - Limbs.InverseOf(modulus[0]);

    public int Length => _modulus.Length;

    public int RadixBits => 64 * _modulus.Length;

    public void Load(ReadOnlySpan<ulong> plain, Span<ulong> held) => plain.CopyTo(held);

    public void Leave(Span<ulong> held, Span<ulong> plain)
    {
        Span<ulong> t = _scratch;
        held.CopyTo(t);
        ulong top = 0;
        for (int i = 0; i < _modulus.Length; i++) LimbRows.MontgomeryStep(0, _modulus, _modulus, _negativeInverse, t, ref top);
        Finish(t, top, plain);
    }

    public void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> result)
    {
        Span<ulong> t = _scratch;
        t.Clear();
        ulong top = 0;
        foreach (ulong word in a) LimbRows.MontgomeryStep(word, b, _modulus, _negativeInverse, t, ref top);
        Finish(t, top, result);
    }

    private void Finish(ReadOnlySpan<ulong> t, ulong top, Span<ulong> result)
    {
        bool isReduced = top == 0 && Limbs.IsBelow(t, _modulus);
        t.CopyTo(result);
        if (!isReduced) Limbs.Subtract(result[.._modulus.Length], _modulus);
    }
}
