using System.Globalization;
using System.Text.Json;
using Coco.Conformance;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Bench;

/// <summary>Real blocks with the state that they touch and the name of their rules, in the format mainnet-prestate/1.</summary>
public sealed record MainnetBlock(ulong Number, string Fork, Block Block, JsonElement Pre, IReadOnlyDictionary<ulong, Hash256> Ancestors)
{
    private const ulong First = 2_179_522;
    private const ulong Last = 9_069_000;

    /// <summary>The blocks of the workload under a folder or in a .tar.gz, in order.</summary>
    public static IReadOnlyList<MainnetBlock> Read(string? path)
    {
        path ??= Environment.GetEnvironmentVariable("COCO_VECTORS") is { } vectors
            ? Path.Combine(vectors, "ethereum", "mainnet-prestate.tar.gz") : null;
        if (path is null || (!File.Exists(path) && !Directory.Exists(path)))
            throw new BenchFailureException(BenchFailureKind.Missing,
                "The mainnet workload needs blocks in the format mainnet-prestate/1: name a folder or .tar.gz with --blocks, or set COCO_VECTORS.");
        MainnetBlock[] blocks = [.. TestFiles.Read(path, name => name.EndsWith(".json", StringComparison.Ordinal)).Select(file => Parse(file.Content)).OfType<MainnetBlock>().OrderBy(block => block.Number)];
        return blocks.Length > 0 ? blocks
            : throw new BenchFailureException(BenchFailureKind.Usage, $"{path} holds no blocks from {First} to {Last} in the format mainnet-prestate/1.");
    }

    private static MainnetBlock? Parse(byte[] file)
    {
        JsonElement root = JsonElement.Parse(file);
        if (!root.TryGetProperty("format", out JsonElement format) || format.GetString() != "mainnet-prestate/1") return null;
        ulong number = root.GetProperty("number").GetUInt64();
        if (number is < First or > Last) return null;
        byte[] rlp = Convert.FromHexString(root.GetProperty("block").GetString().AsSpan(2));
        if (!Block.TryDecode(rlp, out Block? block, out string? error))
            throw new BenchFailureException(BenchFailureKind.Refused, $"Block {number} cannot be read: {error}");
        Dictionary<ulong, Hash256> ancestors = [];
        if (root.Field("ancestorHashes") is { } hashes)
            foreach (JsonProperty hash in hashes.EnumerateObject()) ancestors[ulong.Parse(hash.Name, CultureInfo.InvariantCulture)] = hash.Value.Hash();
        return new MainnetBlock(number, root.GetProperty("fork").GetString()!, block!, root.GetProperty("pre"), ancestors);
    }
}
