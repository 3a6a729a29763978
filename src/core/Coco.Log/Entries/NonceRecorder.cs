using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// Told of every encryption: which key (a digest of it), which nonce, which plaintext (a digest). The simulator records them and
/// fails when a pair of key and nonce comes again with another plaintext; the product has none.
/// </summary>
public delegate void NonceRecorder(Hash256 keyId, ulong nonce, Hash256 plaintextDigest);

internal static class NonceRecording
{
    /// <summary>Names a key in a recording without showing it.</summary>
    public static Hash256 KeyId(SecretKey key)
    {
        Span<byte> named = stackalloc byte[16 + SecretKey.Size];
        "coco key id     "u8.CopyTo(named);
        key.Reveal().CopyTo(named[16..]);
        Hash256 id = Sha256.Hash(named);
        named.Clear();
        return id;
    }
}
