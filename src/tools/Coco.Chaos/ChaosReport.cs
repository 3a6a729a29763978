namespace Coco.Chaos;

/// <summary>What a chaos run found: the JSON document of <c>coco chaos</c>.</summary>
public sealed record ChaosReport
{
    public required IReadOnlyDictionary<string, int> Faults { get; init; }
    public required IReadOnlyList<FaultRecord> Timeline { get; init; }

    /// <summary>Writes that a node said were committed.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Acknowledged writes that the ledgers do not hold.</summary>
    public required int Lost { get; init; }

    /// <summary>Acknowledged writes that were executed more than once.</summary>
    public required int Duplicated { get; init; }

    /// <summary>Acknowledged writes whose receipts, made of the ledger files, hold under the keys and quorums of the ledger.</summary>
    public required int Receipts { get; init; }

    /// <summary>Nodes that did not come to the others' index and state in the end.</summary>
    public required int DivergentNodes { get; init; }

    /// <summary>All committed entries are the same bytes on every node, and each node's ledger verifies.</summary>
    public required bool LedgersIdentical { get; init; }
    public required bool Linearizable { get; init; }

    /// <summary>Where it is not: the operation that no order explains.</summary>
    public string? Witness { get; init; }
    public required int ElectionsWithoutFault { get; init; }
    public Spread? UnavailableMs { get; init; }
    public Spread? RejoinMs { get; init; }

    /// <summary>How links were broken: <c>namespaces</c> of the network, or <c>proxies</c>.</summary>
    public required string PartitionedBy { get; init; }

    /// <summary>By kind of fault: from its end until all nodes took part again and none was behind.</summary>
    public required IReadOnlyDictionary<string, Spread> WholeMs { get; init; }
    public required string HistoryFile { get; init; }
    public required double Seconds { get; init; }

    /// <summary>What did not recover or could not be checked, in sentences.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    public bool Holds => Lost == 0 && Duplicated == 0 && DivergentNodes == 0 && LedgersIdentical && Linearizable && Problems.Count == 0;
}

/// <param name="At">Seconds since the run began.</param>
/// <param name="RecoveredMs">From the fault until a write that was sent after it was acknowledged; null: it never was.</param>
public sealed record FaultRecord(double At, string Kind, string Node, double? RecoveredMs)
{
    /// <summary>From the end of the fault until all nodes took part again and none was behind; null: not in time.</summary>
    public double? WholeMs { get; init; }
}

/// <summary>Milliseconds.</summary>
public sealed record Spread(double P50, double P99, double Max)
{
    /// <summary>Nearest-rank percentiles; null of nothing.</summary>
    public static Spread? Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? null : new Spread(At(sorted, 0.5), At(sorted, 0.99), Math.Round(sorted[^1], 1));
    }

    private static double At(double[] sorted, double part) => Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)], 1);
}
