using System.Buffers;
using Coco.Evm.Precompiles.Fields;
using Coco.Evm.Precompiles.Fields.Lanes;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>0x0e: a sum of multiples of points of G2 (EIP-2537).</summary>
internal sealed class BlsG2MultiScalar : Precompile
{
    private const int TermSize = Bls12381Codec.G2Size + UInt256.Size;

    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => MultiScalarGas.OfG2(input.Length / TermSize);

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.IsEmpty || input.Length % TermSize != 0) return false;
        var sum = new MultiScalarSum<Fp2<Fp>>(Bls12381Curve.G2Digits * (input.Length / TermSize));
        var test = new TwistTest<FpLanes, Fp, G2Group>();
        try
        {
            for (; !input.IsEmpty; input = input[TermSize..])
            {
                if (!Bls12381Codec.TryReadG2(input, out AffinePoint<Fp2<Fp>> point)) return false;
                test.Add(point);
                Bls12381Curve.AddMultiple(ref sum, point, new UInt256(input[Bls12381Codec.G2Size..TermSize]));
            }
            if (!test.Holds()) return false;
            Bls12381Codec.Write(sum.Finish(), output.GetSpan(Bls12381Codec.G2Size));
            output.Advance(Bls12381Codec.G2Size);
            return true;
        }
        finally
        {
            sum.Dispose();
        }
    }
}
