using Coco.Evm.Precompiles.Fields;
using G2Point = Coco.Evm.Precompiles.Fields.AffinePoint<Coco.Evm.Precompiles.Fields.Fp2<Coco.Evm.Precompiles.Bls12381.Fp>>;
using Target = Coco.Evm.Precompiles.Fields.Fp12<Coco.Evm.Precompiles.Bls12381.Fp, Coco.Evm.Precompiles.Bls12381.Bls12381Tower>;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>The optimal ate pairing, as a product over pairs that share squarings and the final power.</summary>
internal static class Bls12381Pairing
{
    /// <summary>Whether the product of the pairings is one. Pairs with infinity are left out by the caller.</summary>
    internal static bool IsProductOne(Span<Pair> pairs) => pairs.IsEmpty || FinalPower(MillerLoop(pairs)).IsOne;

    internal static Target MillerLoop(Span<Pair> pairs)
    {
        Target value = Target.One;
        for (int bit = 62; bit >= 0; bit--)
        {
            value = value.Square();
            bool isSet = ((Bls12381Curve.X >> bit) & 1) != 0;
            for (int k = 0; k < pairs.Length; k++)
            {
                ref Pair pair = ref pairs[k];
                pair.Step.Double(Bls12381Curve.TwistB);
                value = pair.Apply(value);
                if (!isSet) continue;
                pair.Step.Add(pair.Q);
                value = pair.Apply(value);
            }
        }
        return value.Conjugate();
    }

    /// <summary>The power 3 (p^12 - 1) / r (Hayashida, Hayasaka, Teruya, "Efficient final exponentiation via cyclotomic structure", 2020).</summary>
    internal static Target FinalPower(in Target value)
    {
        Target f = value.EnterCyclotomic();
        Target y1 = PowerByParameter(f) * f.Conjugate();
        y1 = PowerByParameter(y1) * y1.Conjugate();
        y1 = PowerByParameter(y1) * y1.Frobenius();
        Target y2 = PowerByParameter(PowerByParameter(y1));
        y2 *= y1.Frobenius().Frobenius() * y1.Conjugate();
        return f * f.CyclotomicSquare() * y2;
    }

    private static Target PowerByParameter(in Target value) => value.CyclotomicPower(Bls12381Curve.X).Conjugate();

    /// <summary>A point of each group, and the running point of the loop.</summary>
    internal struct Pair(in AffinePoint<Fp> p, in G2Point q)
    {
        internal readonly AffinePoint<Fp> P = p;
        internal readonly G2Point Q = q;
        internal LineStep<Fp> Step = new(q);

        internal readonly Target Apply(in Target value) => value.MultiplyBy014(Step.R2, Step.R1.Scale(P.X), Step.R0.Scale(P.Y));
    }
}
