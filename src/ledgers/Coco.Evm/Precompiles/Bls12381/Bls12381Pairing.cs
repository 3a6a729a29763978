using Coco.Evm.Precompiles.Fields;
using Coco.Evm.Precompiles.Fields.Lanes;
using Cyclotomic = Coco.Evm.Precompiles.Fields.Lanes.CyclotomicLanes<Coco.Evm.Precompiles.Bls12381.FpLanes>;
using Loop = Coco.Evm.Precompiles.Fields.Lanes.MillerLoop<Coco.Evm.Precompiles.Bls12381.FpLanes, Coco.Evm.Precompiles.Bls12381.Fp, Coco.Evm.Precompiles.Bls12381.LaneTower>;
using Target = Coco.Evm.Precompiles.Fields.Lanes.Fp12Lanes<Coco.Evm.Precompiles.Bls12381.FpLanes>;
using Transfer = Coco.Evm.Precompiles.Fields.Lanes.LaneTransfer<Coco.Evm.Precompiles.Bls12381.FpLanes, Coco.Evm.Precompiles.Bls12381.Fp>;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>The optimal ate pairing, as a product over pairs that share squarings and the final power.</summary>
internal static class Bls12381Pairing
{
    /// <summary>The parameter without its sign, of which few bits are set.</summary>
    private static readonly sbyte[] Digits = NonAdjacentForm.Binary(Bls12381Curve.X);

    private static readonly Target One = Transfer.ToLanes(Fp12<Fp, Bls12381Tower>.One);

    /// <summary>Whether the product of the pairings is one. Pairs with infinity are left out by the caller.</summary>
    internal static bool IsProductOne(scoped in PairSet<FpLanes, Fp> pairs)
    {
        if (pairs.IsEmpty) return true;
        Target value = One;
        Loop.Run(pairs, Digits, ref value);
        // The parameter is negative, so the loop's value is the conjugate's.
        Fp12<Fp, Bls12381Tower> entered = Transfer.FromLanes<Bls12381Tower>(value).Conjugate().EnterCyclotomic();
        return Transfer.FromLanes<Bls12381Tower>(FinalPower(Transfer.ToLanes(entered))).IsOne;
    }

    /// <summary>
    /// The power 3 (p^4 - p^2 + 1) / r of a member of the cyclotomic subgroup (Hayashida, Hayasaka, Teruya, "Efficient final
    /// exponentiation via cyclotomic structure", 2020).
    /// </summary>
    private static Target FinalPower(in Target f)
    {
        Target y1 = Multiply(PowerByParameter(f), Conjugate(f));
        y1 = Multiply(PowerByParameter(y1), Conjugate(y1));
        y1 = Multiply(PowerByParameter(y1), Frobenius(y1));
        Target y2 = PowerByParameter(PowerByParameter(y1));
        y2 = Multiply(y2, Multiply(Frobenius(Frobenius(y1)), Conjugate(y1)));
        Target.Square<LaneTower>(f, out Target square);
        return Multiply(Multiply(f, square), y2);
    }

    private static Target PowerByParameter(in Target value)
    {
        Cyclotomic.Power<LaneTower>(value, Digits, out Target power);
        return Conjugate(power);
    }

    private static Target Multiply(in Target a, in Target b)
    {
        Target.Multiply<LaneTower>(a, b, out Target product);
        return product;
    }

    private static Target Conjugate(in Target value)
    {
        Target.Conjugate(value, out Target conjugate);
        return conjugate;
    }

    private static Target Frobenius(in Target value)
    {
        Target.Frobenius<LaneTower>(value, out Target power);
        return power;
    }
}
