namespace Coco.Bench;

/// <summary>
/// A node whose clients send little, alone and beside another one that is flooded (UX-6, fair shares). The flood comes from a process of its
/// own, so that the latencies are not those of a busy generator.
/// </summary>
public sealed class FairnessRun(FairnessOptions options, BenchNetwork network, IBenchProgress progress)
{
    private const int Connections = 20;
    private const int Accounts = 200;
    private const string GroupedFile = "/proc/sys/kernel/sched_autogroup_enabled";

    public async Task<FairnessReport> RunAsync(CancellationToken cancellation)
    {
        if (network.Nodes.Count < 2) throw new BenchFailureException(BenchFailureKind.Missing, "Shares are between nodes: two must run.");
        (BenchNode quiet, BenchNode flooded) = (network.Nodes[^1], network.Nodes[0]);
        List<FairnessPair> pairs = [];
        int failed = 0;
        for (int i = 0; i < options.Pairs; i++)
        {
            ulong seed = options.Seed + (2 * (ulong)i);
            BenchReport alone = await RunQuietAsync(quiet, seed, cancellation);
            progress.Say("starting the flood");
            using Flood flood = await Flood.StartAsync(flooded, options.Flood, seed + 1, network.FunderKey, cancellation);
            BenchReport beside = await RunQuietAsync(quiet, seed, cancellation);
            flood.CheckRuns();
            progress.Say("waiting until the flood is over");
            pairs.Add(new FairnessPair(alone.LatencyMs, beside.LatencyMs, await flood.EndAsync(cancellation)));
            failed += alone.Failed + beside.Failed;
        }
        return new FairnessReport
        {
            Node = quiet.Name,
            FloodedNode = flooded.Name,
            Pairs = pairs,
            TimesAlone = Middle([.. pairs.Select(pair => pair.BesideMs.P95 / pair.AloneMs.P95)]),
            Failed = failed,
            AutogroupEnabled = File.Exists(GroupedFile) && (await File.ReadAllTextAsync(GroupedFile, cancellation)).Trim() != "0",
        };
    }

    private Task<BenchReport> RunQuietAsync(BenchNode node, ulong seed, CancellationToken cancellation)
    {
        BenchOptions load = new()
        {
            Workload = Workload.Transfer,
            Count = (int)(options.Rate * options.Seconds),
            Rate = options.Rate,
            Connections = Connections,
            Accounts = Accounts,
            Seed = seed,
        };
        return new BenchRun(load, network with { Nodes = [node] }, progress).RunAsync(cancellation);
    }

    private static double Middle(double[] values)
    {
        Array.Sort(values);
        return Math.Round((values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2, 2);
    }
}
