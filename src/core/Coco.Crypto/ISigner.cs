namespace Coco.Crypto;

/// <summary>
/// Signs digests with a P-256 key that may lie in this enclave, a token or a key vault. ECDSA of the platform is randomised, so
/// no deterministic room calls this: it asks for a signature by an effect and takes it as an input.
/// </summary>
public interface ISigner
{
    /// <summary>The uncompressed point: 0x04, x, y (65 bytes).</summary>
    ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Signs a 32-byte digest; writes r and s, 32 bytes each, big-endian.</summary>
    void Sign(ReadOnlySpan<byte> digest, Span<byte> signature);
}
