using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>
/// Thresholds of the product that a day of production reaches, and ten simulated seconds with production's values do not: each seed
/// draws its own, mostly small.
/// </summary>
internal sealed record DrawnLimits
{
    private const ulong OwnStream = 0x6C696D697473;

    /// <summary>As in production.</summary>
    private const double Usual = 0.2;

    /// <summary>See <see cref="Replica.ReplicaStart.KeptLeaves"/>.</summary>
    public ulong KeptLeaves { get; private init; } = Replica.Limits.KeptLeaves;
    public ulong CaughtUpEntries { get; private init; } = Replica.Limits.CaughtUpEntries;
    public int FeedBytes { get; private init; } = Replica.Limits.FeedBytes;
    public int CertificateTicks { get; private init; } = Replica.Limits.CertificateTicks;
    public int MaxAppendBytes { get; private init; } = new Consensus.ConsensusSettings().MaxAppendBytes;
    public int MaxInflightAppends { get; private init; } = new Consensus.ConsensusSettings().MaxInflightAppends;
    public int MaxUncommittedEntries { get; private init; } = new Consensus.ConsensusSettings().MaxUncommittedEntries;
    public long MaxUncommittedBytes { get; private init; } = new Consensus.ConsensusSettings().MaxUncommittedBytes;
    public int MaxPipelineDepth { get; private init; } = new Executor.ExecutorSettings().MaxPipelineDepth;
    public int MaxBatchTransactions { get; private init; } = 50;

    public static DrawnLimits Production { get; } = new();

    /// <summary>From a stream of chance of its own.</summary>
    public static DrawnLimits Draw(ulong seed)
    {
        var random = new SimulationRandom(seed ^ OwnStream);
        return new DrawnLimits
        {
            KeptLeaves = (ulong)Pick(8, 64, (long)Production.KeptLeaves),
            CaughtUpEntries = (ulong)Pick(0, 20, (long)Production.CaughtUpEntries),
            FeedBytes = (int)Pick(1, 4_000, Production.FeedBytes),
            CertificateTicks = (int)Pick(5, 60, Production.CertificateTicks),
            MaxAppendBytes = (int)Pick(1, 4_000, Production.MaxAppendBytes),
            MaxInflightAppends = (int)Pick(1, 4, Production.MaxInflightAppends),
            MaxUncommittedEntries = (int)Pick(2, 30, Production.MaxUncommittedEntries),
            MaxUncommittedBytes = Pick(4_000, 60_000, Production.MaxUncommittedBytes),
            MaxPipelineDepth = (int)Pick(1, 6, Production.MaxPipelineDepth),
            MaxBatchTransactions = (int)Pick(1, 12, Production.MaxBatchTransactions),
        };

        long Pick(long low, long high, long usual) => random.Chance(Usual) ? usual : random.Between(low, high);
    }
}
