using System.Text.Json;
using Coco.Primitives;

namespace Coco.Bench;

/// <summary>
/// A genesis file (geth's form) in which the accounts of a seed own ether and tokens, for runs over more accounts than it is
/// sensible to fund by transactions. A load run with the same seed finds the token at <see cref="TokenContract.GenesisAddress"/>.
/// </summary>
public static class BenchGenesis
{
    private const string Ether = "0x3635c9adc5dea00000"; // 1,000 ether
    private const ulong TokensPerAccount = 1_000_000_000_000;
    private const int DerivedAtOnce = 10_000;

    /// <summary>Writes the file for <paramref name="accounts"/> measured accounts and those that warm up before them.</summary>
    public static void Write(Stream output, ulong seed, int accounts, ulong chainId)
    {
        int all = accounts + WarmUpAccounts(accounts);
        using Utf8JsonWriter json = new(output);
        json.WriteStartObject();
        WriteChain(json, chainId);
        json.WriteStartObject("alloc");
        for (int first = 0; first < all; first += DerivedAtOnce)
        {
            foreach (BenchAccount account in BenchAccounts.DeriveMany(seed, first, Math.Min(DerivedAtOnce, all - first)))
            {
                json.WriteStartObject(account.Address.ToString());
                json.WriteString("balance", Ether);
                json.WriteEndObject();
            }
            json.Flush();
        }
        WriteToken(json, seed, all);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Accounts that send the uncounted transactions before a run.</summary>
    public static int WarmUpAccounts(int accounts) => Math.Min(accounts, 1_000);

    private static void WriteChain(Utf8JsonWriter json, ulong chainId)
    {
        json.WriteStartObject("config");
        json.WriteNumber("chainId", chainId);
        foreach (string fork in (string[])["homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople",
            "petersburg", "istanbul", "berlin", "london"]) json.WriteNumber(fork + "Block", 0);
        json.WriteNumber("terminalTotalDifficulty", 0);
        foreach (string fork in (string[])["shanghai", "cancun", "prague", "osaka"]) json.WriteNumber(fork + "Time", 0);
        json.WriteEndObject();
        json.WriteString("gasLimit", "0x6fc23ac00");
        json.WriteString("difficulty", "0x0");
        json.WriteString("timestamp", "0x0");
        json.WriteString("extraData", "0x");
    }

    private static void WriteToken(Utf8JsonWriter json, ulong seed, int all)
    {
        json.WriteStartObject(TokenContract.GenesisAddress.ToString());
        json.WriteString("balance", "0x0");
        json.WriteString("code", "0x" + Convert.ToHexStringLower(TokenContract.Runtime));
        json.WriteStartObject("storage");
        json.WriteString(Hex(TokenContract.SupplySlot), Word(checked(TokensPerAccount * (ulong)all)));
        for (int first = 0; first < all; first += DerivedAtOnce)
        {
            foreach (BenchAccount account in BenchAccounts.DeriveMany(seed, first, Math.Min(DerivedAtOnce, all - first)))
                json.WriteString(Hex(TokenContract.BalanceSlot(account.Address)), Word(TokensPerAccount));
            json.Flush();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Hex(in Hash256 hash) => "0x" + Convert.ToHexStringLower(hash.Span);

    private static string Word(ulong value) => "0x" + value.ToString("x64");
}
