namespace Coco.Chaos;

/// <summary>One chaos run, as asked for on the command line.</summary>
public sealed record ChaosOptions
{
    public required double Minutes { get; init; }
    public int Seed { get; init; } = 1;

    /// <summary>What may happen; empty: everything that this machine permits.</summary>
    public IReadOnlyList<FaultKind> Faults { get; init; } = [];

    public int Nodes { get; init; } = 3;
    public int Clients { get; init; } = 8;
    public int PortBase { get; init; } = 8540;

    /// <summary>Where the history is written; null: beside the network's files.</summary>
    public string? HistoryFile { get; init; }
}
