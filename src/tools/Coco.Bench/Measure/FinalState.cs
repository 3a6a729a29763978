using System.Diagnostics;
using System.Text.Json;

namespace Coco.Bench;

/// <summary>Whether all nodes end at one index, block hash and state root: a run in which they do not does not count.</summary>
internal static class FinalState
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the nodes agree or the patience ends, and returns the last answers.</summary>
    public static async Task<(IReadOnlyList<FinalNode> Nodes, bool AreEqual)> ReadAsync(
        IReadOnlyList<(string Name, ChainClient Client)> nodes, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            List<FinalNode> found = [];
            foreach ((string name, ChainClient client) in nodes) found.Add(await ReadAsync(name, client, cancellation));
            bool areEqual = found.TrueForAll(node => node with { Node = "" } == found[0] with { Node = "" });
            if (areEqual || Stopwatch.GetElapsedTime(start) > Patience) return (found, areEqual);
            await Task.Delay(Pause, cancellation);
        }
    }

    private static async Task<FinalNode> ReadAsync(string name, ChainClient client, CancellationToken cancellation)
    {
        JsonElement block = await client.CallAsync("eth_getBlockByNumber", "\"latest\",false", cancellation);
        return new FinalNode(name, (long)ChainClient.Quantity(block.GetProperty("number")),
            block.GetProperty("hash").GetString()!, block.GetProperty("stateRoot").GetString()!);
    }
}
