using System.Buffers;
using Coco.Evm.Precompiles.Fields;
using Coco.Evm.Precompiles.Fields.Lanes;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>0x08: whether a product of pairings is one (EIP-197; price from Istanbul on: EIP-1108).</summary>
internal sealed class Bn254PairingCheck : Precompile
{
    private const int PairSize = Bn254Curve.G1Size + Bn254Curve.G2Size;

    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork)
    {
        long pairs = input.Length / PairSize;
        return fork >= EvmFork.Istanbul ? 45_000 + (34_000 * pairs) : 100_000 + (80_000 * pairs);
    }

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.Length % PairSize != 0) return false;
        var pairs = new PairSet<FpLanes, Fp>(input.Length / PairSize);
        bool isValid = TryReadPairs(input, ref pairs), isOne = isValid && Bn254Pairing.IsProductOne(pairs);
        pairs.Dispose();
        if (isValid) Answer.Write(isOne, output);
        return isValid;
    }

    /// <summary>Reads all pairs and keeps those without infinity: the pairing of infinity is one.</summary>
    private static bool TryReadPairs(ReadOnlySpan<byte> input, ref PairSet<FpLanes, Fp> pairs)
    {
        var test = new TwistTest<FpLanes, Fp, G2Group>();
        for (; !input.IsEmpty; input = input[PairSize..])
        {
            if (!Bn254Curve.TryReadG1(input, out AffinePoint<Fp> p)) return false;
            if (!Bn254Curve.TryReadG2(input[Bn254Curve.G1Size..], out AffinePoint<Fp2<Fp>> q)) return false;
            test.Add(q);
            if (!p.IsInfinity && !q.IsInfinity) pairs.Add(p, q);
        }
        return test.Holds();
    }
}
