namespace Coco.Bench;

/// <summary>What a failover run found: the JSON document of <c>coco bench failover</c>.</summary>
public sealed record FailoverReport
{
    public required int Kills { get; init; }
    public required int Committed { get; init; }

    /// <summary>Transactions whose receipt had been read, and that a node no longer has at the end.</summary>
    public required int Lost { get; init; }

    /// <summary>Executions beyond one for each transaction, by the senders' nonces.</summary>
    public required int Duplicated { get; init; }

    /// <summary>From a kill until a transaction that was due after it had committed; null without a kill.</summary>
    public required Unavailability? UnavailableMs { get; init; }

    /// <summary>Terms that began although every node was up.</summary>
    public required int ElectionsWithoutFault { get; init; }
    public required bool FinalEqual { get; init; }
    public required IReadOnlyDictionary<string, int> Errors { get; init; }
}

/// <summary>Milliseconds.</summary>
public sealed record Unavailability(double P50, double P99, double Max)
{
    /// <summary>Nearest-rank percentiles; null of nothing.</summary>
    public static Unavailability? Of(IEnumerable<double> waits)
    {
        double[] sorted = [.. waits.Order()];
        return sorted.Length == 0 ? null : new Unavailability(At(sorted, 0.5), At(sorted, 0.99), Math.Round(sorted[^1], 1));
    }

    private static double At(double[] sorted, double part) => Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)], 1);
}
