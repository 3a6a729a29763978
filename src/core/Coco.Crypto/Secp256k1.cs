using System.Runtime.CompilerServices;
using Coco.Primitives;

namespace Coco.Crypto;

/// <summary>
/// ECDSA over secp256k1 by libsecp256k1, as Ethereum uses it. Thread-safe, allocates nothing. Signatures are r||s (64 bytes,
/// big-endian) with a recovery id 0 to 3; public keys are x||y (64 bytes). That s is low (EIP-2) is not checked here.
/// Every method throws <see cref="NativeLibraryMissingException"/> where the library is not installed.
/// </summary>
public static unsafe class Secp256k1
{
    public const int PrivateKeySize = 32;
    public const int PublicKeySize = 64;
    public const int SignatureSize = 64;
    public const int AddressSize = 20;

    private const int HashSize = 32;
    private const int EncodedSize = 65;
    private const byte UncompressedTag = 0x04;

    private static nint _context;

    /// <summary>One context for all threads: after its creation it is only read.</summary>
    private static nint Context
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _context != 0 ? _context : Open();
    }

    /// <summary>Loads the library now rather than at the first signature.</summary>
    public static void EnsureAvailable() => _ = Context;

    /// <summary>The public key that made the signature over <paramref name="hash"/>; false if there is none.</summary>
    public static bool TryRecover(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> publicKey)
    {
        if (hash.Length != HashSize || signature.Length != SignatureSize || (uint)recoveryId > 3) return false;
        byte* parsed = stackalloc byte[Secp256k1Native.RecoverableSignatureSize];
        byte* key = stackalloc byte[Secp256k1Native.PublicKeySize];
        fixed (byte* hashBytes = hash, signatureBytes = signature)
        {
            if (Secp256k1Native.ParseRecoverable(Context, parsed, signatureBytes, recoveryId) == 0) return false;
            if (Secp256k1Native.Recover(Context, key, parsed, hashBytes) == 0) return false;
        }
        Encode(key, publicKey);
        return true;
    }

    /// <summary>The Ethereum address (20 bytes) whose key made the signature over <paramref name="hash"/>.</summary>
    public static bool TryRecoverAddress(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> address)
    {
        Span<byte> publicKey = stackalloc byte[PublicKeySize];
        if (!TryRecover(hash, signature, recoveryId, publicKey)) return false;
        AddressOf(publicKey, address);
        return true;
    }

    /// <summary>The last 20 bytes of the Keccak-256 of x||y (yellow paper, appendix F).</summary>
    public static void AddressOf(ReadOnlySpan<byte> publicKey, Span<byte> address)
    {
        if (publicKey.Length != PublicKeySize) throw new ArgumentException("A public key is 64 bytes.", nameof(publicKey));
        Hash256 hash = Keccak256.Hash(publicKey);
        hash.Span[^AddressSize..].CopyTo(address);
    }

    /// <summary>Accepts signatures with low s only, as the library does.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeySize || hash.Length != HashSize || signature.Length != SignatureSize) return false;
        byte* encoded = stackalloc byte[EncodedSize];
        encoded[0] = UncompressedTag;
        publicKey.CopyTo(new Span<byte>(encoded + 1, PublicKeySize));
        byte* key = stackalloc byte[Secp256k1Native.PublicKeySize];
        byte* parsed = stackalloc byte[Secp256k1Native.SignatureSize];
        fixed (byte* hashBytes = hash, signatureBytes = signature)
        {
            return Secp256k1Native.ParsePublicKey(Context, key, encoded, EncodedSize) != 0
                && Secp256k1Native.ParseSignature(Context, parsed, signatureBytes) != 0
                && Secp256k1Native.Verify(Context, parsed, hashBytes, key) != 0;
        }
    }

    /// <summary>Signs with the deterministic nonce of RFC 6979 and low s. False if the private key is zero or not below the order.</summary>
    public static bool TrySign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> hash, Span<byte> signature, out int recoveryId)
    {
        recoveryId = 0;
        if (privateKey.Length != PrivateKeySize || hash.Length != HashSize || signature.Length < SignatureSize) return false;
        byte* made = stackalloc byte[Secp256k1Native.RecoverableSignatureSize];
        int id;
        fixed (byte* keyBytes = privateKey, hashBytes = hash, signatureBytes = signature)
        {
            if (Secp256k1Native.SignRecoverable(Context, made, hashBytes, keyBytes, 0, 0) == 0) return false;
            int isWritten = Secp256k1Native.SerializeRecoverable(Context, signatureBytes, &id, made);
            Invariant.Holds(isWritten == 1, "a signature just made can be written");
        }
        recoveryId = id;
        return true;
    }

    /// <summary>x||y of the private key's point. False if the private key is zero or not below the order.</summary>
    public static bool TryGetPublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        if (privateKey.Length != PrivateKeySize) return false;
        byte* key = stackalloc byte[Secp256k1Native.PublicKeySize];
        fixed (byte* keyBytes = privateKey)
        {
            if (Secp256k1Native.CreatePublicKey(Context, key, keyBytes) == 0) return false;
        }
        Encode(key, publicKey);
        return true;
    }

    private static void Encode(byte* key, Span<byte> publicKey)
    {
        byte* encoded = stackalloc byte[EncodedSize];
        nuint size = EncodedSize;
        int isWritten = Secp256k1Native.SerializePublicKey(Context, encoded, &size, key, Secp256k1Native.Uncompressed);
        Invariant.Holds(isWritten == 1, "a valid public key can be written");
        new ReadOnlySpan<byte>(encoded + 1, PublicKeySize).CopyTo(publicKey);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Open()
    {
        try
        {
            nint opened = Secp256k1Native.ContextCreate(Secp256k1Native.ContextFlags);
            nint earlier = Interlocked.CompareExchange(ref _context, opened, 0);
            if (earlier == 0) return opened;
            Secp256k1Native.ContextDestroy(opened);
            return earlier;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new NativeLibraryMissingException(
                "libsecp256k1.so.1", "Install it with its recovery module: apt-get install libsecp256k1-1 (Debian 12).", missing);
        }
    }
}
