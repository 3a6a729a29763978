using System.Text.Json;

namespace Coco.Bench;

/// <summary>
/// Sets the most transactions that a batch may hold, on a development network's own endpoint
/// (<c>coco_setBatchLimit</c>): a comparison wants the batches of 2017, a real network a vote.
/// </summary>
internal static class BatchLimit
{
    public static async Task SetAsync(BenchNetwork network, int limit, CancellationToken cancellation)
    {
        foreach (BenchNode node in network.Nodes)
        {
            if (node.DevelopmentRpc is null)
                throw new BenchFailureException(BenchFailureKind.Missing, $"{node.Name} has no development endpoint, so --batch-limit cannot be set.");
            await using ChainClient client = await ChainClient.ConnectAsync(node.DevelopmentRpc, TlsTrust.System, cancellation);
            (JsonElement _, string? error) = await client.TryCallAsync("coco_setBatchLimit", $"{limit}", cancellation);
            if (error is not null) throw new BenchFailureException(BenchFailureKind.Missing, $"{node.Name} does not set a batch limit: {error}");
        }
    }
}
