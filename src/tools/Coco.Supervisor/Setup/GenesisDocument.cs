using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using BoundaryLimits = Coco.Boundary.Limits;

namespace Coco.Supervisor;

/// <summary>The genesis file of an Ethereum network: the given one or the default, with the development accounts' ether added.</summary>
internal static class GenesisDocument
{
    public const ulong DefaultChainId = 2017;

    private const string MillionEther = "0xd3c21bcecceda1000000"; // 10^6 * 10^18 wei

    /// <summary>Writes the file and returns its chain id.</summary>
    public static ulong Write(string target, string? source, IEnumerable<DevelopmentAccount> accounts)
    {
        JsonObject genesis = source is null ? Default() : Read(source);
        JsonObject alloc = genesis["alloc"] as JsonObject ?? [];
        genesis["alloc"] = alloc;
        foreach (DevelopmentAccount account in accounts) alloc[account.Address] = new JsonObject { ["balance"] = MillionEther };
        using FileStream file = File.Create(target);
        using Utf8JsonWriter writer = new(file, new JsonWriterOptions { Indented = alloc.Count < 1000 });
        genesis.WriteTo(writer);
        return ChainIdOf(genesis, source);
    }

    /// <summary>A genesis file as it is: its digest, by which a constitution names it, and its chain id.</summary>
    public static (string Digest, ulong ChainId) Describe(string source)
    {
        ulong chainId = ChainIdOf(Read(source), source);
        using FileStream file = File.OpenRead(source);
        return ("0x" + Convert.ToHexStringLower(SHA256.HashData(file)), chainId);
    }

    private static ulong ChainIdOf(JsonObject genesis, string? source) =>
        genesis["config"] is JsonObject config && config["chainId"] is JsonValue value && value.TryGetValue(out ulong chainId) ? chainId
            : throw new SupervisorException($"{source} names no config.chainId, a number.");

    private static JsonObject Read(string source)
    {
        try
        {
            using FileStream file = File.OpenRead(source);
            if (file.Length > BoundaryLimits.MaxSettingsBytes)
                throw new SupervisorException($"{source} has {file.Length >> 20} MiB; a genesis file may have {BoundaryLimits.MaxSettingsBytes >> 20}.");
            return JsonNode.Parse(file) as JsonObject ?? throw new SupervisorException($"{source} is no genesis file: it is not a JSON object.");
        }
        catch (JsonException wrong)
        {
            throw new SupervisorException($"{source} is not JSON: {wrong.Message}");
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new SupervisorException($"There is no file {source}, or it can't be read.", isMissing: true);
        }
    }

    private static JsonObject Default()
    {
        JsonObject config = new() { ["chainId"] = DefaultChainId, ["terminalTotalDifficulty"] = 0 };
        foreach (string fork in (string[])["homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg",
            "istanbul", "berlin", "london"]) config[fork + "Block"] = 0;
        foreach (string fork in (string[])["shanghai", "cancun", "prague", "osaka"]) config[fork + "Time"] = 0;
        return new JsonObject
        {
            ["config"] = config,
            ["gasLimit"] = "0x6fc23ac00",
            ["difficulty"] = "0x0",
            ["timestamp"] = "0x0",
            ["extraData"] = "0x",
            ["alloc"] = new JsonObject(),
        };
    }
}
