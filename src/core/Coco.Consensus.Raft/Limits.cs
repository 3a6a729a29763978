namespace Coco.Consensus.Raft;

/// <summary>Bounds of this room that are not settings.</summary>
internal static class Limits
{
    /// <summary>What an entry costs in memory beside its frame; so that many empty entries are bounded too.</summary>
    public const int EntryOverheadBytes = 64;

    /// <summary>Reads that wait for a round; more are told that this VN can't say.</summary>
    public const int MaxWaitingReads = 1 << 16;

    /// <summary>
    /// A VN that went on by a sealed restart waits this long for the newest log that was shown: many elections, and an end to it where
    /// the VN that holds it is lost.
    /// </summary>
    public const ulong ShownTicks = 1_000;

    /// <summary>Terms, indexes and rounds above this are malformed, so that adding one to any number read from a peer can't overflow.</summary>
    public const ulong MaxNumber = 1UL << 62;
}
