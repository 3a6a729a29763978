using System.Text.Json;

namespace Coco.Bench;

/// <summary>
/// Makes sure that a batch may hold just so many transactions. The limit stands in the constitution (<c>coco up --batch-limit</c>,
/// or a vote); a load run only checks it, so that nothing is compared under another limit than it says.
/// </summary>
internal static class BatchLimit
{
    public static async Task CheckAsync(BenchNetwork network, int limit, CancellationToken cancellation)
    {
        BenchNode node = network.Nodes.FirstOrDefault(known => known is { Admin: not null, CaFile: not null })
            ?? throw new BenchFailureException(BenchFailureKind.Missing, "No node has an admin endpoint, so --batch-limit cannot be checked.");
        using HttpClient client = new(new SocketsHttpHandler { SslOptions = TlsTrust.Authorities([node.CaFile!]).OptionsFor(node.Admin!.Host) });
        byte[] json = await client.GetByteArrayAsync(new Uri(node.Admin, "constitution.json"), cancellation);
        using JsonDocument constitution = JsonDocument.Parse(json);
        int now = constitution.RootElement.GetProperty("batchLimits").GetProperty("maxTransactions").GetInt32();
        if (now != limit)
            throw new BenchFailureException(
                BenchFailureKind.Missing, $"The constitution's batch limit is {now}, not {limit}. Start the network with: coco up --batch-limit {limit}");
    }
}
