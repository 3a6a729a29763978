using Coco.Evm.Precompiles.Fields;
using Coco.Evm.Precompiles.Fields.Lanes;
using Cyclotomic = Coco.Evm.Precompiles.Fields.Lanes.CyclotomicLanes<Coco.Evm.Precompiles.Bn254.FpLanes>;
using Loop = Coco.Evm.Precompiles.Fields.Lanes.MillerLoop<Coco.Evm.Precompiles.Bn254.FpLanes, Coco.Evm.Precompiles.Bn254.Fp, Coco.Evm.Precompiles.Bn254.LaneTower>;
using Target = Coco.Evm.Precompiles.Fields.Lanes.Fp12Lanes<Coco.Evm.Precompiles.Bn254.FpLanes>;
using Transfer = Coco.Evm.Precompiles.Fields.Lanes.LaneTransfer<Coco.Evm.Precompiles.Bn254.FpLanes, Coco.Evm.Precompiles.Bn254.Fp>;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>The optimal ate pairing (Vercauteren 2010), as a product over pairs that share squarings and the final power.</summary>
internal static class Bn254Pairing
{
    /// <summary>6 x + 2 and x.</summary>
    private static readonly sbyte[] LoopDigits = NonAdjacentForm.Of(((UInt256)Bn254Curve.X * 6) + 2, windowBits: 2), Digits = NonAdjacentForm.Of(Bn254Curve.X, windowBits: 4);

    private static readonly Target One = Transfer.ToLanes(Fp12<Fp, Bn254Tower>.One);
    private static readonly Fp2Lanes<FpLanes> XRoot = Transfer.InAllLanes(Bn254Curve.XRoot), YRoot = Transfer.InAllLanes(Bn254Curve.YRoot);

    /// <summary>Whether the product of the pairings is one. Pairs with infinity are left out by the caller.</summary>
    internal static bool IsProductOne(scoped in PairSet<FpLanes, Fp> pairs)
    {
        if (pairs.IsEmpty) return true;
        Target value = One;
        Loop.Run(pairs, LoopDigits, ref value);
        for (int k = 0; k < pairs.Groups.Length; k++) AddImages(ref pairs.Groups[k], pairs.CountIn(k), ref value);
        Fp12<Fp, Bn254Tower> entered = Transfer.FromLanes<Bn254Tower>(value).EnterCyclotomic();
        return Transfer.FromLanes<Bn254Tower>(FinalPower(Transfer.ToLanes(entered))).IsOne;
    }

    /// <summary>The last two lines: through the p-th power of the point, and through that of this one, negated.</summary>
    private static void AddImages(ref PairLanes<FpLanes> group, int count, ref Target value)
    {
        Frobenius(group.Qx, group.Qy, out Fp2Lanes<FpLanes> x, out Fp2Lanes<FpLanes> y);
        group.Add(x, y, out LineLanes<FpLanes> line);
        Loop.Apply(line, count, ref value);
        Frobenius(x, y, out x, out y);
        Fp2Lanes<FpLanes>.Subtract(default, y, out y);
        Fp2Lanes<FpLanes>.Reduce(ref y);
        group.Add(x, y, out line);
        Loop.Apply(line, count, ref value);
    }

    private static void Frobenius(in Fp2Lanes<FpLanes> x, in Fp2Lanes<FpLanes> y, out Fp2Lanes<FpLanes> imageX, out Fp2Lanes<FpLanes> imageY)
    {
        Fp2Lanes<FpLanes>.Conjugate(x, out imageX);
        Fp2Lanes<FpLanes>.Multiply(imageX, XRoot, out imageX);
        Fp2Lanes<FpLanes>.Conjugate(y, out imageY);
        Fp2Lanes<FpLanes>.Multiply(imageY, YRoot, out imageY);
    }

    /// <summary>
    /// The power (p^4 - p^2 + 1) / r of a member of the cyclotomic subgroup, times 2x (6x^2 + 3x + 1), which does not share a factor with r
    /// (Fuentes-Castaneda, Knapp, Rodriguez-Henriquez, "Faster hashing to G2", 2011).
    /// </summary>
    private static Target FinalPower(in Target r)
    {
        Target y0 = NegativePower(r), y1 = Square(y0), y3 = Multiply(Square(y1), y1);
        Target y4 = NegativePower(y3), y6 = Conjugate(NegativePower(Square(y4)));
        y3 = Conjugate(y3);
        Target y8 = Multiply(Multiply(y6, y4), y3), y9 = Multiply(y8, y1);
        Target result = Multiply(Multiply(Multiply(y8, y4), r), Frobenius(y9));
        result = Multiply(result, Frobenius(Frobenius(y8)));
        return Multiply(result, Frobenius(Frobenius(Frobenius(Multiply(Conjugate(r), y9)))));
    }

    private static Target NegativePower(in Target value)
    {
        Cyclotomic.Power<LaneTower>(value, Digits, out Target power);
        return Conjugate(power);
    }

    private static Target Square(in Target value)
    {
        Target.Square<LaneTower>(value, out Target square);
        return square;
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
