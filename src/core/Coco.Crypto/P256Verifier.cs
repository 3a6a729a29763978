namespace Coco.Crypto;

/// <summary>ECDSA on P-256: the scheme of every network.</summary>
public sealed class P256Verifier : ISignatureVerifier
{
    private P256Verifier()
    {
    }

    public static P256Verifier Instance { get; } = new();

    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature) =>
        P256.Verify(publicKey, digest, signature);
}
