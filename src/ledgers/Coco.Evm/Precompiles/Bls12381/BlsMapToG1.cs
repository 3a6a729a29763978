using System.Buffers;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>0x10: maps a field element to G1 (EIP-2537).</summary>
internal sealed class BlsMapToG1 : Precompile
{
    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 5_500;

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.Length != Bls12381Codec.FpSize || !Bls12381Codec.TryReadFp(input, out Fp u)) return false;
        Bls12381Codec.Write(MapToCurve.ToG1(u), output.GetSpan(Bls12381Codec.G1Size));
        output.Advance(Bls12381Codec.G1Size);
        return true;
    }
}
