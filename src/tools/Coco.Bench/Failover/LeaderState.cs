namespace Coco.Bench;

/// <summary>Who leads, as the host says.</summary>
/// <param name="Manager">The process id of the leader's manager; null while there is no leader.</param>
/// <param name="IsWhole">Every node runs and takes part.</param>
public sealed record LeaderState(int? Manager, ulong? Term, bool IsWhole);
