using System.Text.Json;
using Coco.Evm;

namespace Coco.Bench;

/// <summary>
/// A genesis file for the mainnet workload: the union of the blocks' states, where two disagree the earlier one, with the senders'
/// nonces as before their first transaction and their balances topped up. Chain id 1, rules of Istanbul, no gas limit in the way.
/// </summary>
public static class MainnetGenesis
{
    private const string MillionEther = "0xd3c21bcecceda1000000";
    private const string NoGasLimit = "0x1c9c380000000";

    /// <summary>Writes the file from the blocks under <paramref name="blocksPath"/>.</summary>
    public static void Write(Stream output, string? blocksPath)
    {
        IReadOnlyList<MainnetBlock> blocks = MainnetBlock.Read(blocksPath);
        Dictionary<Address, ulong> nonces = MainnetTransactions.Choose(blocks).FirstNonces;
        using Utf8JsonWriter json = new(output);
        json.WriteStartObject();
        WriteChain(json);
        json.WriteStartObject("alloc");
        HashSet<Address> written = [];
        foreach (MainnetBlock block in blocks)
        {
            foreach (JsonProperty account in block.Pre.EnumerateObject())
            {
                if (!Address.TryParse(account.Name, out Address address))
                    throw new BenchFailureException(BenchFailureKind.Refused, $"{account.Name} is no address.");
                if (written.Add(address)) WriteAccount(json, account, nonces.TryGetValue(address, out ulong nonce) ? nonce : null);
            }
            json.Flush();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteAccount(Utf8JsonWriter json, JsonProperty account, ulong? senderNonce)
    {
        json.WriteStartObject(account.Name);
        foreach (JsonProperty field in account.Value.EnumerateObject())
        {
            bool isReplaced = senderNonce is not null && (field.Name is "nonce" or "balance");
            if (!isReplaced) field.WriteTo(json);
        }
        if (senderNonce is { } nonce)
        {
            json.WriteString("nonce", $"0x{nonce:x}");
            json.WriteString("balance", MillionEther);
        }
        json.WriteEndObject();
    }

    private static void WriteChain(Utf8JsonWriter json)
    {
        json.WriteStartObject("config");
        json.WriteNumber("chainId", 1);
        foreach (string fork in (string[])["homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul"])
            json.WriteNumber(fork + "Block", 0);
        json.WriteEndObject();
        json.WriteString("gasLimit", NoGasLimit);
        json.WriteString("difficulty", "0x1");
        json.WriteString("timestamp", "0x0");
        json.WriteString("extraData", "0x");
    }
}
