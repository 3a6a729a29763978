using System.Buffers;
using Coco.Evm.Precompiles.Fields;

namespace Coco.Evm.Precompiles.Bn254;

/// <summary>0x06: the sum of two points (EIP-196; price from Istanbul on: EIP-1108).</summary>
internal sealed class Bn254Add : Precompile
{
    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => fork >= EvmFork.Istanbul ? 150 : 500;

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        Span<byte> padded = stackalloc byte[2 * Bn254Curve.G1Size];
        PaddedInput.Copy(input, 0, padded);
        if (!Bn254Curve.TryReadG1(padded, out AffinePoint<Fp> a)) return false;
        if (!Bn254Curve.TryReadG1(padded[Bn254Curve.G1Size..], out AffinePoint<Fp> b)) return false;
        Bn254Curve.Write(new JacobianPoint<Fp>(a) + b, output.GetSpan(Bn254Curve.G1Size));
        output.Advance(Bn254Curve.G1Size);
        return true;
    }
}
