using System.Buffers;
using Coco.Crypto;
using Coco.Evm.Precompiles.Fields;
using Coco.Evm.Precompiles.Fields.Lanes;
using Coco.Primitives;

namespace Coco.Evm.Precompiles.Bls12381;

/// <summary>
/// 0x0a: whether the polynomial behind a commitment takes the value y at z (EIP-4844). Input: versioned hash, z, y,
/// commitment, proof.
/// </summary>
internal sealed class KzgPointEvaluation : Precompile
{
    private const int InputSize = 192;
    private const int ZAt = 32;
    private const int YAt = 64;
    private const int CommitmentAt = 96;
    private const int ProofAt = 144;
    private const byte Version = 0x01;
    private const ulong FieldElementsPerBlob = 4096;

    /// <summary>The order of the groups, BLS_MODULUS of EIP-4844.</summary>
    private static readonly UInt256 Order = new(0xFFFFFFFF00000001, 0x53BDA402FFFE5BFE, 0x3339D80809A1D805, 0x73EDA753299D7D48);

    public override long Gas(ReadOnlySpan<byte> input, EvmFork fork) => 50_000;

    public override bool TryRun(ReadOnlySpan<byte> input, EvmFork fork, IBufferWriter<byte> output)
    {
        if (input.Length != InputSize) return false;
        ReadOnlySpan<byte> commitment = input[CommitmentAt..ProofAt];
        Span<byte> hash = stackalloc byte[Hash256.Size];
        Sha256.Hash(commitment, hash);
        hash[0] = Version;
        UInt256 z = new(input[ZAt..YAt]), y = new(input[YAt..CommitmentAt]);
        if (!hash.SequenceEqual(input[..ZAt]) || z >= Order || y >= Order) return false;
        if (!G1Compression.TryRead(commitment, out AffinePoint<Fp> c) || !G1Compression.TryRead(input[ProofAt..], out AffinePoint<Fp> proof)) return false;
        var test = new G1Test();
        test.Add(c);
        test.Add(proof);
        if (!test.Holds() || !Verifies(c, z, y, proof)) return false;

        new UInt256(FieldElementsPerBlob).WriteBigEndian(output.GetSpan(UInt256.Size));
        output.Advance(UInt256.Size);
        Order.WriteBigEndian(output.GetSpan(UInt256.Size));
        output.Advance(UInt256.Size);
        return true;
    }

    /// <summary>e(C - y G1 + z proof, -G2) e(proof, tau G2) = 1: the equation of EIP-4844 with z moved into the first group.</summary>
    private static bool Verifies(in AffinePoint<Fp> commitment, in UInt256 z, in UInt256 y, in AffinePoint<Fp> proof)
    {
        var sum = new MultiScalarSum<Fp>(2 * Bls12381Curve.G1Digits);
        Bls12381Curve.AddMultiple(ref sum, -Generators.G1, y);
        Bls12381Curve.AddMultiple(ref sum, proof, z);
        AffinePoint<Fp> left = (sum.Finish() + commitment).ToAffine();
        sum.Dispose();
        var pairs = new PairSet<FpLanes, Fp>(2);
        if (!left.IsInfinity) pairs.Add(left, -Generators.G2);
        if (!proof.IsInfinity) pairs.Add(proof, Generators.TauG2);
        bool isOne = Bls12381Pairing.IsProductOne(pairs);
        pairs.Dispose();
        return isOne;
    }
}
