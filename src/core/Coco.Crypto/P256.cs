using System.Security.Cryptography;
using Coco.Primitives;

namespace Coco.Crypto;

/// <summary>ECDSA verification on P-256 (FIPS 186-5) over 32-byte digests and signatures r||s. Signing: <see cref="ISigner"/>.</summary>
public static class P256
{
    public const int PointSize = 65;
    public const int SignatureSize = 64;

    /// <summary>Imported keys that a thread keeps. Members, users and nodes of a network are hundreds.</summary>
    private const int MaxCachedKeys = 512;

    /// <summary>SHA-256 of the encoding -> imported key. A function of its key alone, so nobody can see that it is kept.</summary>
    [ThreadStatic]
    private static Dictionary<Hash256, P256PublicKey>? _imported;

    /// <summary>
    /// Verifies under a key given as point (0x04, x, y) or as SubjectPublicKeyInfo. False for any malformed key or signature.
    /// </summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature) =>
        Import(publicKey) is { } key && key.Verify(digest, signature);

    /// <summary>Whether these bytes are a key under which something could be verified.</summary>
    public static bool IsKey(ReadOnlySpan<byte> publicKey) => Import(publicKey) is not null;

    private static P256PublicKey? Import(ReadOnlySpan<byte> publicKey)
    {
        Dictionary<Hash256, P256PublicKey> imported = _imported ??= [];
        Hash256 id = Sha256.Hash(publicKey);
        if (!imported.TryGetValue(id, out P256PublicKey? key))
        {
            if (!P256PublicKey.TryImport(publicKey, out key)) return null;
            if (imported.Count >= MaxCachedKeys) imported.Clear();
            imported.Add(id, key);
        }
        return key;
    }
}
