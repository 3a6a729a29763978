using System.Buffers;
using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>0x0d: the sum of two points of the twist (EIP-2537).</summary>
internal sealed class BlsG2Add : Precompile
{
    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 600;

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.Length != 2 * Bls12381Codec.G2Size) return false;
        if (!Bls12381Codec.TryReadG2(input, out AffinePoint<Fp2<Fp>> a)) return false;
        if (!Bls12381Codec.TryReadG2(input[Bls12381Codec.G2Size..], out AffinePoint<Fp2<Fp>> b)) return false;
        Bls12381Codec.Write(new JacobianPoint<Fp2<Fp>>(a) + b, output.GetSpan(Bls12381Codec.G2Size));
        output.Advance(Bls12381Codec.G2Size);
        return true;
    }
}
