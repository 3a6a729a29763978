using System.Buffers.Binary;
using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Bench;

/// <summary>The accounts of a seed: the same on every machine, so that a genesis file can fund them before a run names them.</summary>
public static class BenchAccounts
{
    /// <summary>The account number <paramref name="index"/> of <paramref name="seed"/>.</summary>
    public static BenchAccount Derive(ulong seed, long index)
    {
        ReadOnlySpan<byte> label = "coco bench account"u8;
        Span<byte> input = stackalloc byte[label.Length + sizeof(ulong) + sizeof(long)];
        label.CopyTo(input);
        BinaryPrimitives.WriteUInt64BigEndian(input[label.Length..], seed);
        BinaryPrimitives.WriteInt64BigEndian(input[(label.Length + sizeof(ulong))..], index);
        return FromPrivateKey(Keccak256.Hash(input).ToArray());
    }

    /// <summary>The accounts <paramref name="first"/> and up, derived on all cores.</summary>
    public static BenchAccount[] DeriveMany(ulong seed, long first, int count)
    {
        BenchAccount[] accounts = new BenchAccount[count];
        Parallel.For(0, count, i => accounts[i] = Derive(seed, first + i));
        return accounts;
    }

    /// <summary>Throws when the key is zero or not below the curve's order.</summary>
    public static BenchAccount FromPrivateKey(byte[] privateKey)
    {
        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeySize];
        if (!Secp256k1.TryGetPublicKey(privateKey, publicKey))
            throw new BenchFailureException(BenchFailureKind.Usage, "The private key is not one of secp256k1.");
        Span<byte> address = stackalloc byte[Secp256k1.AddressSize];
        Secp256k1.AddressOf(publicKey, address);
        return new BenchAccount(privateKey, new Address(address));
    }

    /// <summary>Reads a private key of 64 hex digits, with or without 0x.</summary>
    public static BenchAccount Parse(string privateKey)
    {
        string digits = privateKey.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? privateKey[2..] : privateKey;
        if (digits.Length != 64 || !digits.All(char.IsAsciiHexDigit))
            throw new BenchFailureException(BenchFailureKind.Usage, "A private key is 64 hex digits.");
        return FromPrivateKey(Convert.FromHexString(digits));
    }
}
