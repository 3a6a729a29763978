using Coco.Evm.Precompiles.Fields;
using G2Point = Coco.Evm.Precompiles.Fields.AffinePoint<Coco.Evm.Precompiles.Fields.Fp2<Coco.Evm.Precompiles.Bn254.Fp>>;
using Target = Coco.Evm.Precompiles.Fields.Fp12<Coco.Evm.Precompiles.Bn254.Fp, Coco.Evm.Precompiles.Bn254.Bn254Tower>;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>The optimal ate pairing (Vercauteren 2010), as a product over pairs that share squarings and the final power.</summary>
internal static class Bn254Pairing
{
    /// <summary>6 x + 2 in non-adjacent form, the lowest digit first.</summary>
    private static ReadOnlySpan<sbyte> LoopDigits =>
    [
        0, 0, 0, 1, 0, 1, 0, -1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, -1, 0, 0, 0, 1, 0, -1, 0, 0, 0, 0, -1, 0, 0,
        1, 0, -1, 0, 0, 1, 0, 0, 0, 0, 0, -1, 0, 0, -1, 0, 1, 0, -1, 0, 0, 0, -1, 0, -1, 0, 0, 0, 1, 0, -1, 0, 1,
    ];

    /// <summary>Whether the product of the pairings is one. Pairs with infinity are left out by the caller.</summary>
    internal static bool IsProductOne(Span<Pair> pairs) => pairs.IsEmpty || FinalPower(MillerLoop(pairs)).IsOne;

    internal static Target MillerLoop(Span<Pair> pairs)
    {
        Target value = Target.One;
        for (int i = LoopDigits.Length - 2; i >= 0; i--)
        {
            value = value.Square();
            int digit = LoopDigits[i];
            for (int k = 0; k < pairs.Length; k++)
            {
                ref Pair pair = ref pairs[k];
                pair.Step.Double(Bn254Curve.TwistB);
                value = pair.Apply(value);
                if (digit == 0) continue;
                pair.Step.Add(digit > 0 ? pair.Q : -pair.Q);
                value = pair.Apply(value);
            }
        }
        for (int k = 0; k < pairs.Length; k++)
        {
            ref Pair pair = ref pairs[k];
            G2Point first = Bn254Curve.Frobenius(pair.Q);
            pair.Step.Add(first);
            value = pair.Apply(value);
            pair.Step.Add(-Bn254Curve.Frobenius(first));
            value = pair.Apply(value);
        }
        return value;
    }

    /// <summary>
    /// The power (p^12 - 1) / r, times 2x (6x^2 + 3x + 1), which does not share a factor with r (Fuentes-Castaneda, Knapp,
    /// Rodriguez-Henriquez, "Faster hashing to G2", 2011).
    /// </summary>
    internal static Target FinalPower(in Target value)
    {
        Target r = value.EnterCyclotomic();
        Target y0 = NegativePower(r), y1 = y0.CyclotomicSquare(), y3 = y1.CyclotomicSquare() * y1;
        Target y4 = NegativePower(y3), y6 = NegativePower(y4.CyclotomicSquare()).Conjugate();
        y3 = y3.Conjugate();
        Target y8 = y6 * y4 * y3, y9 = y8 * y1;
        Target result = (y8 * y4 * r) * y9.Frobenius();
        result *= y8.Frobenius().Frobenius();
        return result * (r.Conjugate() * y9).Frobenius().Frobenius().Frobenius();
    }

    private static Target NegativePower(in Target value) => value.CyclotomicPower(Bn254Curve.X).Conjugate();

    /// <summary>A point of each group, and the running point of the loop.</summary>
    internal struct Pair(in AffinePoint<Fp> p, in G2Point q)
    {
        internal readonly AffinePoint<Fp> P = p;
        internal readonly G2Point Q = q;
        internal LineStep<Fp> Step = new(q);

        internal readonly Target Apply(in Target value) => value.MultiplyBy034(Step.R0.Scale(P.Y), Step.R1.Scale(P.X), Step.R2);
    }
}
