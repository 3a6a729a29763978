using System.Buffers;
using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>0x0b: the sum of two points of the curve (EIP-2537).</summary>
internal sealed class BlsG1Add : Precompile
{
    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 375;

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.Length != 2 * Bls12381Codec.G1Size) return false;
        if (!Bls12381Codec.TryReadG1(input, out AffinePoint<Fp> a)) return false;
        if (!Bls12381Codec.TryReadG1(input[Bls12381Codec.G1Size..], out AffinePoint<Fp> b)) return false;
        Bls12381Codec.Write(new JacobianPoint<Fp>(a) + b, output.GetSpan(Bls12381Codec.G1Size));
        output.Advance(Bls12381Codec.G1Size);
        return true;
    }
}
