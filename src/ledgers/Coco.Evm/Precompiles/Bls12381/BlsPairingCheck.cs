using System.Buffers;
using Coco.Evm.Precompiles.Fields;
using Coco.Evm.Precompiles.Fields.Lanes;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>0x0f: whether a product of pairings is one (EIP-2537).</summary>
internal sealed class BlsPairingCheck : Precompile
{
    private const int PairSize = Bls12381Codec.G1Size + Bls12381Codec.G2Size;

    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 37_700 + (32_600L * (input.Length / PairSize));

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.IsEmpty || input.Length % PairSize != 0) return false;
        var pairs = new PairSet<FpLanes, Fp>(input.Length / PairSize);
        bool isValid = TryReadPairs(input, ref pairs), isOne = isValid && Bls12381Pairing.IsProductOne(pairs);
        pairs.Dispose();
        if (isValid) Answer.Write(isOne, output);
        return isValid;
    }

    /// <summary>Reads all pairs and keeps those without infinity, whose pairing is one.</summary>
    private static bool TryReadPairs(ReadOnlySpan<byte> input, ref PairSet<FpLanes, Fp> pairs)
    {
        var first = new G1Test();
        var second = new TwistTest<FpLanes, Fp, G2Group>();
        for (; !input.IsEmpty; input = input[PairSize..])
        {
            if (!Bls12381Codec.TryReadG1(input, out AffinePoint<Fp> p)) return false;
            if (!Bls12381Codec.TryReadG2(input[Bls12381Codec.G1Size..], out AffinePoint<Fp2<Fp>> q)) return false;
            first.Add(p);
            second.Add(q);
            if (!p.IsInfinity && !q.IsInfinity) pairs.Add(p, q);
        }
        return first.Holds() && second.Holds();
    }
}
