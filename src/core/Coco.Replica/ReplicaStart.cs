using Coco.Consensus;
using Coco.Crypto;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>What a sequencer is made from.</summary>
/// <param name="Name">This VN's name in the VN list.</param>
/// <param name="PublicKey">Its VN key of this start, a P-256 point of 65 bytes.</param>
/// <param name="Salt">128 random bits drawn at this start (architecture, Keys on disk and nonces).</param>
/// <param name="Boot">A random number of this start.</param>
/// <param name="Consensus">The plug that the constitution names.</param>
/// <param name="Settings">Its timeouts.</param>
/// <param name="PieceBytes">Of a file in one message to another VN.</param>
public sealed record ReplicaStart(
    string Name,
    ReadOnlyMemory<byte> PublicKey,
    EntrySalt Salt,
    ulong Boot,
    IConsensusFactory Consensus,
    Coco.Consensus.ConsensusSettings Settings,
    int PieceBytes = Limits.PieceBytes)
{
    /// <summary>How VNs sign.</summary>
    public ISignatureVerifier Signatures { get; init; } = P256Verifier.Instance;

    /// <summary>Committed leaves whose roots can still be asked for (co-signatures), at least 4; 32 bytes each.</summary>
    public ulong KeptLeaves { get; init; } = Limits.KeptLeaves;

    /// <summary>A learner is made a voter when it is at most this many entries behind.</summary>
    public ulong CaughtUpEntries { get; init; } = Limits.CaughtUpEntries;

    /// <summary>What is read back at once for a worker that catches up, in bytes.</summary>
    public int FeedBytes { get; init; } = Limits.FeedBytes;

    /// <summary>The leader asks for co-signatures this often while there is something new; in ticks of 10 ms.</summary>
    public int CertificateTicks { get; init; } = Limits.CertificateTicks;

    /// <summary>
    /// Why the evidence in an entry does not hold under governance before it, by the entry's own time; null: it holds, or there is none. A
    /// pure function, the same on every VN and in every audit.
    /// </summary>
    public required Func<GovernanceEntry, GovernanceState?, string?> JudgeEvidence { get; init; }

    /// <summary>Random bytes of this start, which nobody else knows: nonces for others' evidence are made of them.</summary>
    public required Hash256 NonceSeed { get; init; }
}

/// <summary>What this VN's disk held when it started: a checked ledger, and the sealed state where it could be opened.</summary>
/// <param name="Chunks">The files as the log room knows them; null for an empty disk of a VN that joins.</param>
/// <param name="Tree">Over all entries.</param>
/// <param name="Committed">Entries up to here are known to be committed (a quorum certificate covers them).</param>
/// <param name="CommittedState">Governance as of there.</param>
/// <param name="CommittedBatch">The last batch as of there.</param>
/// <param name="Tail">The frames after it.</param>
/// <param name="Sealed">Null for an empty disk, or one whose seal could not be opened.</param>
public sealed record RecoveredLog(
    LedgerChunks? Chunks,
    MerkleLedger Tree,
    LogPosition Committed,
    GovernanceState? CommittedState,
    BatchNumber? CommittedBatch,
    IReadOnlyList<ReadOnlyMemory<byte>> Tail,
    SealedState? Sealed)
{
    /// <summary>Of a disk that holds nothing.</summary>
    public static RecoveredLog Empty => new(null, new MerkleLedger(), default, null, null, [], null);

    /// <summary>What the ledger files did not hold as it was written, for the operator; null: they are whole.</summary>
    public string? Damage { get; init; }

    /// <summary>Snapshots that may be used, the oldest first.</summary>
    public IReadOnlyList<KnownSnapshot> Snapshots { get; init; } = [];

    /// <summary>The leaf digest of the entry at <see cref="Committed"/>; zero while there is none.</summary>
    internal Hash256 CommittedLeaf => Committed.Index == LogIndex.Zero ? Hash256.Zero : Tree.LeafAt(Committed.Index);

    /// <summary>When the next snapshot is due, as of <see cref="Committed"/>.</summary>
    public SnapshotPoints Points { get; init; }
}
