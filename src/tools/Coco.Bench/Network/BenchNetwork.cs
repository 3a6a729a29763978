using System.Text.Json;

namespace Coco.Bench;

/// <summary>What the generator must know of a network: made from the JSON of <c>coco status</c> or from foreign URLs.</summary>
public sealed record BenchNetwork(IReadOnlyList<BenchNode> Nodes, string? FunderKey)
{
    public static BenchNetwork Foreign(IReadOnlyList<Uri> targets) =>
        new([.. targets.Select((uri, i) => new BenchNode(targets.Count == 1 ? "target" : $"target{i + 1}", uri))], FunderKey: null);

    /// <summary>Nodes that are stopped are left out.</summary>
    public static BenchNetwork FromStatus(JsonElement status)
    {
        List<BenchNode> nodes = [];
        foreach (JsonElement node in status.GetProperty("nodes").EnumerateArray())
            if (Text(node, "role") != "stopped" && Text(node, "rpc") is { } rpc) nodes.Add(Node(node, new Uri(rpc)));
        if (nodes.Count == 0) throw new BenchFailureException(BenchFailureKind.Missing, "No node is running. Start a network with: coco up");
        return new BenchNetwork(nodes, FunderOf(status));
    }

    private static BenchNode Node(JsonElement node, Uri rpc) => new(Text(node, "name") ?? "node", rpc)
    {
        Ws = Url(node, "ws"),
        DevelopmentRpc = Url(node, "developmentRpc"),
        Admin = Url(node, "admin"),
        CaFile = Text(node, "caFile"),
        ManagerPid = Number(node, "managerPid"),
        WorkerPid = Number(node, "workerPid"),
        LedgerDirectory = Text(node, "ledgerDirectory"),
    };

    private static string? FunderOf(JsonElement status)
    {
        if (!status.TryGetProperty("accounts", out JsonElement accounts) || accounts.ValueKind != JsonValueKind.Array) return null;
        return accounts.GetArrayLength() == 0 ? null : Text(accounts[0], "privateKey");
    }

    private static Uri? Url(JsonElement node, string name) => Text(node, name) is { } text ? new Uri(text) : null;

    private static string? Text(JsonElement node, string name) =>
        node.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Number(JsonElement node, string name) =>
        node.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
}
