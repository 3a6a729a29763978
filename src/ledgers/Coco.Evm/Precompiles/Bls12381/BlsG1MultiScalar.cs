using System.Buffers;
using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>0x0c: a sum of multiples of points of G1 (EIP-2537).</summary>
internal sealed class BlsG1MultiScalar : Precompile
{
    private const int TermSize = Bls12381Codec.G1Size + UInt256.Size;

    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => MultiScalarGas.OfG1(input.Length / TermSize);

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.IsEmpty || input.Length % TermSize != 0) return false;
        var sum = new MultiScalarSum<Fp>(Bls12381Curve.G1Digits * (input.Length / TermSize));
        var test = new G1Test();
        try
        {
            for (; !input.IsEmpty; input = input[TermSize..])
            {
                if (!Bls12381Codec.TryReadG1(input, out AffinePoint<Fp> point)) return false;
                test.Add(point);
                Bls12381Curve.AddMultiple(ref sum, point, new UInt256(input[Bls12381Codec.G1Size..TermSize]));
            }
            if (!test.Holds()) return false;
            Bls12381Codec.Write(sum.Finish(), output.GetSpan(Bls12381Codec.G1Size));
            output.Advance(Bls12381Codec.G1Size);
            return true;
        }
        finally
        {
            sum.Dispose();
        }
    }
}
