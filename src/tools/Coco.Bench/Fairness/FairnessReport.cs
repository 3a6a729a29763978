namespace Coco.Bench;

/// <summary>What a fairness run found: the JSON document of <c>coco bench fairness</c>.</summary>
public sealed record FairnessReport
{
    /// <summary>The node whose clients send little.</summary>
    public required string Node { get; init; }

    /// <summary>The node whose clients send all that they can.</summary>
    public required string FloodedNode { get; init; }

    public required IReadOnlyList<FairnessPair> Pairs { get; init; }

    /// <summary>The 95th percentile beside the flood as a multiple of the one alone; the median of the pairs.</summary>
    public required double TimesAlone { get; init; }

    /// <summary>Transactions of the node that sends little that failed, alone or beside.</summary>
    public required int Failed { get; init; }

    /// <summary>
    /// Linux shares processors between sessions first (sched_autogroup_enabled): where the nodes are one and this generator is another, it waits itself, and
    /// its waits are in the latencies.
    /// </summary>
    public required bool AutogroupEnabled { get; init; }
}

/// <summary>One run alone and one beside the flood, just after each other.</summary>
/// <param name="FloodedPerSecond">Transfers of the flood committed in a second, over its whole run.</param>
public sealed record FairnessPair(Latency AloneMs, Latency BesideMs, double FloodedPerSecond);
