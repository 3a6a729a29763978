namespace Coco.Bench;

/// <summary>What a load run found: the JSON document of <c>coco bench --json</c>. Fields that the target cannot answer are null.</summary>
public sealed record BenchReport
{
    public required string Workload { get; init; }
    public required int Count { get; init; }

    /// <summary>Transactions whose receipt was read, those that reverted among them.</summary>
    public required int Committed { get; init; }

    /// <summary>Committed transactions whose receipt says failure.</summary>
    public required int Reverted { get; init; }
    public required int Failed { get; init; }

    /// <summary>Reads that were answered; only the mixed workload has any.</summary>
    public int Reads { get; init; }

    /// <summary>From the first request to the last receipt.</summary>
    public required double Seconds { get; init; }

    public required double CommittedPerSecond { get; init; }
    public required Latency LatencyMs { get; init; }
    public Latency? ReadLatencyMs { get; init; }
    public required IReadOnlyDictionary<string, double> CpuMicrosecondsPerTransaction { get; init; }
    public required IReadOnlyDictionary<string, long> PeakMemoryBytes { get; init; }
    public double? DiskBytesPerTransaction { get; init; }
    public required double GeneratorCpuSeconds { get; init; }
    public double? NodesCpuSeconds { get; init; }
    public double? CommittedPerNodeCpuSecond { get; init; }
    public IReadOnlyDictionary<string, long>? Fsyncs { get; init; }
    public double? BoundaryMessagesPerTransaction { get; init; }
    public required IReadOnlyDictionary<string, long> MemoryGrowthBytes { get; init; }
    public Batches? Batches { get; init; }
    public required IReadOnlyList<FinalNode> Final { get; init; }
    public required bool FinalEqual { get; init; }
    public required IReadOnlyDictionary<string, int> Errors { get; init; }

    /// <summary>How many receipts equal block-by-block execution; only the mainnet workload has them.</summary>
    public int? StatusAsChain { get; init; }
    public int? GasAsChain { get; init; }
    public int? LogsAsChain { get; init; }

    internal static BenchReport Of(
        BenchOptions options, LoadResults results, Meter meter, double seconds, IReadOnlyList<FinalNode> final, bool areEqual)
    {
        int reverted = results.CountOf(Outcome.Reverted);
        int committed = results.CountOf(Outcome.Committed) + reverted;
        return new BenchReport
        {
            Workload = options.Workload.ToString().ToLowerInvariant(),
            Count = results.Total,
            Committed = committed,
            Reverted = reverted,
            Failed = results.CountOf(Outcome.Failed),
            Reads = results.CountOf(Outcome.Answered),
            Seconds = Math.Round(seconds, 4),
            CommittedPerSecond = Math.Round(committed / seconds, 1),
            LatencyMs = results.LatencyOf(Outcome.Committed, Outcome.Reverted) ?? new Latency(0, 0, 0, 0),
            ReadLatencyMs = results.LatencyOf(Outcome.Answered),
            CpuMicrosecondsPerTransaction = meter.CpuMicrosecondsPer(committed),
            PeakMemoryBytes = meter.PeakMemory(),
            DiskBytesPerTransaction = meter.DiskBytesPer(committed),
            GeneratorCpuSeconds = Math.Round(meter.GeneratorCpuSeconds, 3),
            NodesCpuSeconds = meter.NodesCpuSeconds is { } cpu ? Math.Round(cpu, 3) : null,
            CommittedPerNodeCpuSecond = meter.NodesCpuSeconds is { } used and > 0 ? Math.Round(committed / used, 1) : null,
            Fsyncs = meter.Fsyncs(),
            BoundaryMessagesPerTransaction = meter.BoundaryMessagesPer(committed),
            MemoryGrowthBytes = meter.MemoryGrowth(),
            Batches = meter.BatchesOf(committed),
            Final = final,
            FinalEqual = areEqual,
            Errors = results.Errors,
        };
    }
}

/// <summary>Milliseconds from send (closed loop) or from the time due (open loop) to the receipt.</summary>
public sealed record Latency(double P50, double P95, double P99, double Max);

public sealed record Batches(long Count, double MeanSize);

/// <summary>Where a node stood when the run was over.</summary>
public sealed record FinalNode(string Node, long Index, string BlockHash, string StateRoot);
