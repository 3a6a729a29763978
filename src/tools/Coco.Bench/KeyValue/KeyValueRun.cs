using System.Diagnostics;
using System.Security.Cryptography;

namespace Coco.Bench;

/// <summary>A load run on the key-value ledger: every transaction puts a value of 20 bytes, and is committed when its outcome is read.</summary>
internal sealed class KeyValueRun(BenchOptions options, BenchNetwork network, TlsTrust trust, IBenchProgress progress)
{
    private readonly Uri[] _targets = [.. network.Nodes.Select(node => PutUrlOf(node.UrlOf(options.Transport), options.Transport))];

    public async Task<BenchReport> RunAsync(CancellationToken cancellation)
    {
        string run = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        if (options.WarmUp > 0) await RunAsync(run + "w", options.WarmUp, "warming up", rate: null, cancellation);
        Meter meter = new(network, options.Processes);
        await meter.BeginAsync(cancellation);
        long start = Stopwatch.GetTimestamp();
        LoadResults results = await RunAsync(run, options.Count, "running", options.Rate, cancellation);
        double seconds = Stopwatch.GetElapsedTime(start, results.LastAnswer).TotalSeconds;
        await meter.EndAsync(cancellation);
        progress.Say("comparing the nodes");
        (IReadOnlyList<FinalNode> final, bool areEqual) = await KeyValueFinalState.ReadAsync(network, trust, cancellation);
        return BenchReport.Of(options, results, meter, seconds, final, areEqual);
    }

    private async Task<LoadResults> RunAsync(string run, int count, string what, double? rate, CancellationToken cancellation)
    {
        LoadResults results = new(count);
        using IDisposable watch = progress.Watch(what, results);
        int connections = Math.Min(options.Connections, count);
        Pacer? pacer = rate is { } perSecond ? new Pacer(perSecond, connections) : null;
        KeyValueLoad[] loads = [.. Enumerable.Range(0, connections).Select(i => new KeyValueLoad(
            RpcConnections.Create(_targets[i % _targets.Length], trust), options, results, run, (i, connections), pacer))];
        try
        {
            await Parallel.ForEachAsync(loads, cancellation, static (load, token) => load.ConnectAsync(token));
            pacer?.Start(count, operation => operation % connections, cancellation);
            await Task.WhenAll(loads.Select(load => load.RunAsync(cancellation)));
        }
        finally
        {
            foreach (KeyValueLoad load in loads) await load.DisposeAsync();
        }
        return results;
    }

    private static Uri PutUrlOf(Uri node, Transport transport) => transport == Transport.Ws ? node : new Uri(node, "/kv/put");
}
