namespace Coco.Crypto;

/// <summary>
/// Verifies what VNs sign. Networks use <see cref="P256Verifier"/>; who runs thousands of them under seeds, without an adversary that
/// forges, may bring a cheaper scheme together with its signers.
/// </summary>
public interface ISignatureVerifier
{
    /// <summary>
    /// Whether <paramref name="signature"/> (64 bytes) is one over the 32-byte digest under this key. False for any malformed key
    /// or signature. Any thread.
    /// </summary>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature);
}
