using Coco.Crypto;

namespace Coco.Core.Tests.Crypto;

public sealed class Secp256k1Tests
{
    private static readonly byte[] PrivateKey = Convert.FromHexString(string.Concat(Enumerable.Repeat("46", 32)));
    private static readonly byte[] Hash = Convert.FromHexString("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
    private static readonly byte[] Signature = Convert.FromHexString(
        "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa63627667cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");

    [Fact]
    public void The_example_of_EIP_155_is_signed_and_recovered()
    {
        byte[] signature = new byte[64];
        Assert.True(Secp256k1.TrySign(PrivateKey, Hash, signature, out int recoveryId));
        Assert.Equal(Signature, signature);
        Assert.Equal(0, recoveryId);
        byte[] address = new byte[20];
        Assert.True(Secp256k1.TryRecoverAddress(Hash, signature, recoveryId, address));
        Assert.Equal("9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f", Convert.ToHexStringLower(address));
    }

    [Fact]
    public void Recovered_keys_equal_the_signers_and_verify()
    {
        byte[] key = new byte[32], hash = new byte[32], signature = new byte[64], expected = new byte[64], recovered = new byte[64];
        for (int i = 0; i < 50; i++)
        {
            Keccak256.Hash([(byte)i, 1], key);
            Keccak256.Hash([(byte)i, 2], hash);
            Assert.True(Secp256k1.TryGetPublicKey(key, expected));
            Assert.True(Secp256k1.TrySign(key, hash, signature, out int recoveryId));
            Assert.True(Secp256k1.TryRecover(hash, signature, recoveryId, recovered));
            Assert.Equal(expected, recovered);
            Assert.True(Secp256k1.Verify(expected, hash, signature));
            hash[0] ^= 1;
            Assert.False(Secp256k1.Verify(expected, hash, signature));
        }
    }

    [Fact]
    public void Malformed_signatures_and_keys_are_refused()
    {
        byte[] key = new byte[64];
        Assert.False(Secp256k1.TryRecover(Hash, Signature, 4, key));
        Assert.False(Secp256k1.TryRecover(Hash, Signature, -1, key));
        Assert.False(Secp256k1.TryRecover(Hash, new byte[64], 0, key));
        Assert.False(Secp256k1.TryRecover(Hash, Enumerable.Repeat((byte)0xFF, 64).ToArray(), 0, key));
        Assert.False(Secp256k1.TryRecover(Hash, Signature.AsSpan(0, 63), 0, key));
        Assert.False(Secp256k1.TryGetPublicKey(new byte[32], key));
        Assert.False(Secp256k1.TrySign(Enumerable.Repeat((byte)0xFF, 32).ToArray(), Hash, new byte[64], out _));
        Assert.False(Secp256k1.Verify(new byte[64], Hash, Signature));
    }

    [Fact]
    public void Recovery_allocates_nothing()
    {
        byte[] key = new byte[64];
        Secp256k1.TryRecover(Hash, Signature, 0, key);
        long allocated = Allocations.LeastOf(() =>
        {
            for (int i = 0; i < 100; i++) Secp256k1.TryRecover(Hash, Signature, 0, key);
        });
        Assert.Equal(0, allocated);
    }
}
