using System.Buffers;
using Coco.Evm.Precompiles.Fields;
using Pair = Coco.Evm.Precompiles.Bls12381.Bls12381Pairing.Pair;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>0x0f: whether a product of pairings is one (EIP-2537).</summary>
internal sealed class BlsPairingCheck : Precompile
{
    private const int PairSize = Bls12381Codec.G1Size + Bls12381Codec.G2Size;

    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 37_700 + (32_600L * (input.Length / PairSize));

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.IsEmpty || input.Length % PairSize != 0) return false;
        Pair[] rented = ArrayPool<Pair>.Shared.Rent(input.Length / PairSize);
        bool isValid = TryReadPairs(input, rented, out int count);
        bool isOne = isValid && Bls12381Pairing.IsProductOne(rented.AsSpan(0, count));
        ArrayPool<Pair>.Shared.Return(rented);
        if (isValid) Answer.Write(isOne, output);
        return isValid;
    }

    /// <summary>Reads all pairs and keeps those without infinity, whose pairing is one.</summary>
    private static bool TryReadPairs(ReadOnlySpan<byte> input, Span<Pair> pairs, out int count)
    {
        count = 0;
        for (; !input.IsEmpty; input = input[PairSize..])
        {
            if (!Bls12381Codec.TryReadG1(input, out AffinePoint<Fp> p)) return false;
            if (!Bls12381Codec.TryReadG2(input[Bls12381Codec.G1Size..], out AffinePoint<Fp2<Fp>> q)) return false;
            if (!p.IsInfinity && !Bls12381Curve.IsInG1(p)) return false;
            if (!q.IsInfinity && !Bls12381Curve.IsInG2(q)) return false;
            if (!p.IsInfinity && !q.IsInfinity) pairs[count++] = new Pair(p, q);
        }
        return true;
    }
}
