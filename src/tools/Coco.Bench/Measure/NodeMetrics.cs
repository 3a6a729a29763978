using System.Text;
using System.Text.Json;

namespace Coco.Bench;

/// <summary>A node's own counters since its start, from <c>GET admin/metrics.json</c>; each is null where the node has none.</summary>
internal sealed record NodeMetrics(long? Fsyncs, long? BoundaryMessages, long? Batches)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Null where the node offers no counters.</summary>
    public static async Task<NodeMetrics?> FetchAsync(BenchNode node, CancellationToken cancellation)
    {
        if (node.Admin is null) return null;
        TlsTrust trust = node.CaFile is { } file ? TlsTrust.Authorities([file]) : TlsTrust.System;
        using SocketsHttpHandler handler = new() { SslOptions = trust.OptionsFor(node.Admin.DnsSafeHost) };
        using HttpClient client = new(handler) { Timeout = Patience };
        try
        {
            string text = await client.GetStringAsync(new Uri(node.Admin, "/metrics.json"), cancellation);
            JsonElement metrics = JsonElement.Parse(Encoding.UTF8.GetBytes(text));
            return new NodeMetrics(Number(metrics, "fsyncs"), Number(metrics, "boundaryMessages"), Number(metrics, "batches"));
        }
        catch (Exception absent) when (absent is HttpRequestException or JsonException || (absent is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private static long? Number(JsonElement metrics, string name) =>
        metrics.ValueKind == JsonValueKind.Object && metrics.TryGetProperty(name, out JsonElement value) && value.TryGetInt64(out long number)
            ? number : null;
}
