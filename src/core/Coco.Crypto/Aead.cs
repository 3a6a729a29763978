using System.Security.Cryptography;

namespace Coco.Crypto;

/// <summary>AES-256-GCM (NIST SP 800-38D) under one key. Holds the expanded key; use one instance by one thread at a time.</summary>
public sealed class Aead(SecretKey key) : IDisposable
{
    public const int TagSize = 16;

    private readonly AesGcm _cipher = new(key.Reveal(), TagSize);

    /// <summary>
    /// Encrypts into <paramref name="ciphertext"/> (as long as the plaintext; the same memory is allowed) and
    /// <paramref name="tag"/> (16 bytes). The nonce must be new under this key.
    /// </summary>
    public void Seal(
        AeadNonce nonce, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associated, Span<byte> ciphertext, Span<byte> tag)
    {
        Span<byte> nonceBytes = stackalloc byte[AeadNonce.Size];
        nonce.CopyTo(nonceBytes);
        _cipher.Encrypt(nonceBytes, plaintext, ciphertext, tag, associated);
    }

    /// <summary>Decrypts; false and a zeroed <paramref name="plaintext"/> if anything was changed or the key is another.</summary>
    public bool TryOpen(
        AeadNonce nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associated, Span<byte> plaintext)
    {
        if (tag.Length != TagSize) return false;
        Span<byte> nonceBytes = stackalloc byte[AeadNonce.Size];
        nonce.CopyTo(nonceBytes);
        try
        {
            _cipher.Decrypt(nonceBytes, ciphertext, tag, plaintext, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _cipher.Dispose();
}
