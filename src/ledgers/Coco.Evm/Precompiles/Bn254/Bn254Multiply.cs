using System.Buffers;
using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>0x07: a multiple of a point (EIP-196; price from Istanbul on: EIP-1108).</summary>
internal sealed class Bn254Multiply : Precompile
{
    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => fork >= EvmFork.Istanbul ? 6_000 : 40_000;

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        Span<byte> padded = stackalloc byte[Bn254Curve.G1Size + UInt256.Size];
        PaddedInput.Copy(input, 0, padded);
        if (!Bn254Curve.TryReadG1(padded, out AffinePoint<Fp> point)) return false;
        JacobianPoint<Fp> product = Bn254Curve.Multiply(point, new UInt256(padded[Bn254Curve.G1Size..]));
        Bn254Curve.Write(product, output.GetSpan(Bn254Curve.G1Size));
        output.Advance(Bn254Curve.G1Size);
        return true;
    }
}
