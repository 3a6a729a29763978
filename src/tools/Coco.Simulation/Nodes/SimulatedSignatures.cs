using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Simulation.Nodes;

/// <summary>
/// Signatures for networks that nobody attacks: a function of key and digest, so that another key, digest or signature is refused as
/// under P-256. Signing and verifying P-256 was a quarter of a run's time.
/// </summary>
internal sealed class SimulatedSignatures : ISignatureVerifier
{
    private SimulatedSignatures()
    {
    }

    public static SimulatedSignatures Instance { get; } = new();

    public static byte[] Sign(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest)
    {
        byte[] signature = new byte[P256.SignatureSize];
        Make(publicKey, digest, signature);
        return signature;
    }

    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != P256.PointSize || digest.Length != Hash256.Size) return false;
        Span<byte> expected = stackalloc byte[P256.SignatureSize];
        Make(publicKey, digest, expected);
        return expected.SequenceEqual(signature);
    }

    /// <summary>Both coordinates of the key, each with the digest.</summary>
    private static void Make(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, Span<byte> signature)
    {
        for (int i = 0; i < signature.Length; i++) signature[i] = (byte)(publicKey[1 + i] ^ digest[i % Hash256.Size]);
    }
}
