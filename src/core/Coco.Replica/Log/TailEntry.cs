using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>An entry that this VN has not yet processed as committed.</summary>
internal sealed class TailEntry
{
    public required LogIndex Index { get; init; }
    public required Term Term { get; init; }
    public required EntryKind Kind { get; init; }
    public required Hash256 Leaf { get; init; }

    /// <summary>Governance as of this entry; the same object as before it where it changes nothing.</summary>
    public required GovernanceState State { get; init; }

    /// <summary>The last batch as of this entry; null before genesis.</summary>
    public required BatchNumber? LastBatch { get; init; }

    /// <summary>The whole entry; default until it is signed.</summary>
    public EntryFrame Frame { get; set; }

    /// <summary>This VN's worker executed the batch and holds it on its speculative head.</summary>
    public bool IsHeldByWorker { get; set; }

    /// <summary>The worker's attempt to which the batch belongs; it tells old proposals from new ones after a refusal.</summary>
    public ulong Attempt { get; init; }

    /// <summary>The governance request that waits for this entry; 0: none.</summary>
    public ulong GovernanceTicket { get; init; }

    /// <summary>What the request came to.</summary>
    public string Outcome { get; init; } = "";
}
