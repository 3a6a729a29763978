using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Coco.Bench;

/// <summary>
/// Where the nodes of a key-value network ended: the batch of their state, and the SHA-256 of all records of the run as the
/// state's digest. The ledger has no blocks: the block hash is empty.
/// </summary>
internal static class KeyValueFinalState
{
    public const string Prefix = "bench/";
    private const string AfterPrefix = "bench0"; // '0' follows '/'
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<(IReadOnlyList<FinalNode> Nodes, bool AreEqual)> ReadAsync(
        BenchNetwork network, TlsTrust trust, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            List<FinalNode> found = [];
            foreach (BenchNode node in network.Nodes) found.Add(await ReadAsync(node, trust, cancellation));
            bool areEqual = found.TrueForAll(node => node with { Node = "" } == found[0] with { Node = "" });
            if (areEqual || Stopwatch.GetElapsedTime(start) > Patience) return (found, areEqual);
            await Task.Delay(Pause, cancellation);
        }
    }

    private static async Task<FinalNode> ReadAsync(BenchNode node, TlsTrust trust, CancellationToken cancellation)
    {
        await using IRpcConnection connection = RpcConnections.Create(new Uri(node.Rpc, "/kv/range"), trust);
        await connection.ConnectAsync(cancellation);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string? from = Prefix;
        long batch = 0;
        while (from is not null)
        {
            connection.Request.Clear();
            connection.Request.Append(Encoding.UTF8.GetBytes($"{{\"from\":\"{from}\",\"to\":\"{AfterPrefix}\"}}"));
            JsonElement answer = JsonElement.Parse((await connection.ExchangeAsync(cancellation)).Span);
            digest.AppendData(Encoding.UTF8.GetBytes(answer.GetProperty("records").GetRawText()));
            batch = answer.GetProperty("batch").GetInt64();
            from = answer.TryGetProperty("next", out JsonElement next) ? next.GetString() : null;
        }
        return new FinalNode(node.Name, batch, "", "0x" + Convert.ToHexStringLower(digest.GetHashAndReset()));
    }
}
