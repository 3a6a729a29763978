using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Conformance.Import;

/// <summary>A genesis file as geth reads it, where that differs from how a Coco network does.</summary>
internal static class GethGenesis
{
    private static readonly string[] OtherConsensus = ["clique", "istanbul", "ibft", "ibft2", "qbft", "raft", "aura"];

    /// <summary>The consensus of a chain whose headers follow other rules than Ethereum's; null where they are Ethereum's.</summary>
    public static string? Unsupported(byte[] json)
    {
        using JsonDocument document = Parse(json);
        JsonElement? config = document.RootElement.Field("config");
        return Array.Find(OtherConsensus, name => config?.Field(name) is { } named && named.ValueKind != JsonValueKind.False);
    }

    /// <summary>Throws <see cref="InvalidDataException"/> when the file is no genesis.</summary>
    public static EthereumSettings Read(byte[] json, string name)
    {
        if (!EthereumSettings.TryRead(json, out EthereumSettings? settings, out string? error)) throw new InvalidDataException($"{name}: {error}");
        using JsonDocument document = Parse(json);
        // geth begins London with EIP-1559's price where the file names none; a Coco network's fees are zero unless it says otherwise.
        bool needsFee = settings!.Genesis.BaseFeePerGas is not null && document.RootElement.Field("baseFeePerGas") is null;
        return needsFee ? settings with { Genesis = settings.Genesis with { BaseFeePerGas = BaseFees.Initial } } : settings;
    }

    private static JsonDocument Parse(byte[] json)
    {
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException($"The genesis file is no JSON: {wrong.Message}");
        }
    }
}
