namespace Coco.Simulation;

/// <summary>What of a seed is left: the same seed, with less happening in it.</summary>
/// <param name="Nodes">The number of VNs; null: as the seed chooses.</param>
/// <param name="Clients">The same of clients.</param>
/// <param name="Faults">Numbers of the faults that happen, in the order in which the seed draws them; null: all.</param>
/// <param name="IsCalm">No single message is lost, repeated or overtaken.</param>
public sealed record Reduction(int? Nodes = null, int? Clients = null, IReadOnlyCollection<int>? Faults = null, bool IsCalm = false)
{
    public static Reduction None { get; } = new();

    /// <summary>As options of <c>coco simulate</c>.</summary>
    public override string ToString() => string.Concat(
        Nodes is { } nodes ? $" --nodes {nodes}" : "", Clients is { } clients ? $" --clients {clients}" : "", IsCalm ? " --calm" : "",
        Faults is { } faults ? $" --faults {(faults.Count == 0 ? "none" : string.Join(',', faults.Order()))}" : "");
}
