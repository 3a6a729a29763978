using System.Text.Json;
using Coco.Crypto;

namespace Coco.Supervisor;

/// <summary>An account with ether in a development network's genesis, with its private key: for trying things out.</summary>
public sealed record DevelopmentAccount(string Address, string PrivateKey, string Organisation)
{
    /// <summary>A fresh key from the system's random numbers.</summary>
    public static DevelopmentAccount Create(string organisation)
    {
        byte[] key = new byte[Secp256k1.PrivateKeySize];
        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeySize];
        do System.Security.Cryptography.RandomNumberGenerator.Fill(key);
        while (!Secp256k1.TryGetPublicKey(key, publicKey));
        Span<byte> address = stackalloc byte[Secp256k1.AddressSize];
        Secp256k1.AddressOf(publicKey, address);
        return new DevelopmentAccount("0x" + Convert.ToHexStringLower(address), "0x" + Convert.ToHexStringLower(key), organisation);
    }

    /// <summary>The accounts of a network; none where it is not one for development.</summary>
    public static IReadOnlyList<DevelopmentAccount> Read(DataDirectory data) => !File.Exists(data.AccountsFile) ? []
        : JsonSerializer.Deserialize<DevelopmentAccount[]>(File.ReadAllBytes(data.AccountsFile), SupervisorJson.Options) ?? [];
}
