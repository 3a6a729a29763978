using System.Text.Json;
using System.Text.Json.Nodes;
using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance.Import;

/// <summary>
/// The genesis file of a network that goes on where a chain stopped: its accounts are the chain's at the head, its rules those of
/// the head, its time not before it, and its extra data the head's hash, so that the new chain is bound to the old one.
/// </summary>
internal static class ImportedGenesis
{
    private static readonly string[] Replaced = ["alloc", "number", "parentHash", "nonce", "mixHash", "mixhash", "gasUsed", "extraData", "coinbase"];

    public static void Write(string path, byte[] original, TestWorld world, BlockHeader head, in Hash256 headHash)
    {
        JsonObject genesis = JsonNode.Parse(original, null, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip })!.AsObject();
        foreach (string field in Replaced) genesis.Remove(field);
        MoveForks(genesis["config"] as JsonObject ?? genesis, head.Number);
        genesis["extraData"] = headHash.ToString();
        genesis["timestamp"] = $"0x{head.Timestamp:x}";
        genesis["gasLimit"] = $"0x{head.GasLimit:x}";
        if (head.BaseFeePerGas is { } fee) genesis["baseFeePerGas"] = fee.ToString();
        genesis["importedFrom"] = new JsonObject
        {
            ["number"] = head.Number,
            ["hash"] = headHash.ToString(),
            ["stateRoot"] = head.StateRoot.ToString(),
        };
        using FileStream file = File.Create(path);
        using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        foreach ((string name, JsonNode? value) in genesis)
        {
            writer.WritePropertyName(name);
            if (value is null) writer.WriteNullValue();
            else value.WriteTo(writer);
        }
        WriteAccounts(writer, world);
        writer.WriteEndObject();
    }

    /// <summary>The new chain counts from 0: a fork that has been is there from the start, one to come keeps its distance.</summary>
    private static void MoveForks(JsonObject config, ulong head)
    {
        foreach (string name in config.Select(field => field.Key).ToArray())
        {
            if (!name.EndsWith("Block", StringComparison.Ordinal) || config[name] is not JsonValue value || !ulong.TryParse(value.ToString(), out ulong at)) continue;
            config[name] = at > head ? at - head : 0;
        }
    }

    private static void WriteAccounts(Utf8JsonWriter writer, TestWorld world)
    {
        writer.WriteStartObject("alloc");
        foreach (GenesisAccount account in world.Accounts())
        {
            writer.WriteStartObject(account.Address.ToString());
            writer.WriteString("balance", account.Balance.ToString());
            if (account.Nonce != 0) writer.WriteString("nonce", $"0x{account.Nonce:x}");
            if (!account.Code.IsEmpty) writer.WriteString("code", JsonFields.Hex(account.Code.Span));
            if (account.Storage.Count > 0) WriteStorage(writer, account);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteStorage(Utf8JsonWriter writer, GenesisAccount account)
    {
        writer.WriteStartObject("storage");
        foreach ((UInt256 slot, UInt256 value) in account.Storage) writer.WriteString(JsonFields.Hex(slot.ToBigEndian()), JsonFields.Hex(value.ToBigEndian()));
        writer.WriteEndObject();
    }
}
