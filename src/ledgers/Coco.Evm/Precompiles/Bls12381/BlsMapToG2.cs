using System.Buffers;
using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>0x11: maps an element of Fp2 to G2 (EIP-2537).</summary>
internal sealed class BlsMapToG2 : Precompile
{
    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 23_800;

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.Length != Bls12381Codec.Fp2Size || !Bls12381Codec.TryReadFp2(input, out Fp2<Fp> u)) return false;
        Bls12381Codec.Write(MapToCurve.ToG2(u), output.GetSpan(Bls12381Codec.G2Size));
        output.Advance(Bls12381Codec.G2Size);
        return true;
    }
}
