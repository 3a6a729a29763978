using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>What the opener of a ledger knows beforehand.</summary>
public sealed record LedgerOpenOptions
{
    /// <summary>The network that it must be of; null: that of its first file.</summary>
    public Hash256? Network { get; init; }

    /// <summary>The first entry of interest: files that end before it are left alone. The files must reach back to it.</summary>
    public LogIndex From { get; init; } = new(1);

    /// <summary>
    /// Start from this snapshot, of which the caller knows that it is one of the network's: <see cref="From"/> is its index. What
    /// the first file holds up to there is covered by the snapshot's tree and shown to nobody.
    /// </summary>
    public SnapshotHeader? Snapshot { get; init; }

    /// <summary>
    /// The last entry known to have been durable here (from what was sealed, or a certificate): damage up to here is damage, and
    /// a torn end after it is what a crash leaves. Null: not known, and only an end with no whole entry behind it passes for torn.
    /// </summary>
    public LogIndex? DurableThrough { get; init; }

    /// <summary>
    /// Check the signature of every entry. Otherwise those of all but batches and of the last entry in each file, whose root
    /// covers the rest.
    /// </summary>
    public bool EverySignature { get; init; }

    /// <summary>See <see cref="LedgerChunks.ChunkBytes"/>.</summary>
    public int ChunkBytes { get; init; } = Limits.DefaultChunkBytes;

    /// <summary>How VNs sign.</summary>
    public ISignatureVerifier Signatures { get; init; } = P256Verifier.Instance;
}
