namespace Coco.Worker;

/// <summary>Bounds of the worker's shell.</summary>
internal static class Limits
{
    /// <summary>Transactions of clients on their way: twice what the pools take of one VN; about 2 KB each.</summary>
    public const int MaxSubmissions = 65_536;

    /// <summary>Messages gathered into one write to the manager.</summary>
    public const int MaxGatheredBytes = 1 << 20;

    /// <summary>Questions to the manager under way (old batches, read indexes).</summary>
    public const int MaxQuestions = 1_024;

    /// <summary>How long a question to the manager may take, in milliseconds.</summary>
    public const int QuestionMs = 10_000;

    /// <summary>Between two attempts to learn what is committed, while there is no leader, in milliseconds.</summary>
    public const int CatchUpPauseMs = 50;

    /// <summary>Between two tries to reach the manager, in milliseconds.</summary>
    public const int ConnectMs = 25;

    /// <summary>The same with attestation, whose tries may cost a report of the hardware.</summary>
    public const int AttestAgainMs = 1_000;

    /// <summary>TLS and attestation with a manager in another TEE, in milliseconds.</summary>
    public const int AttestMs = 5_000;

    /// <summary>The same where evidence is hardware's: SNP firmware answers about once in two seconds.</summary>
    public const int HardwareAttestMs = 30_000;

    /// <summary>The executor sees the clock at least this often, in milliseconds.</summary>
    public const int TimeMs = 10;

    /// <summary>The same while a batch gathers.</summary>
    public const int GatheringMs = 1;

    /// <summary>
    /// Batches of others are hashed into the trie at most this often, in milliseconds: upper nodes are hashed once for many, and
    /// the trie stays well within 64 batches behind.
    /// </summary>
    public const int SettleEveryMs = 50;

    /// <summary>A piece of a snapshot on its way to the manager.</summary>
    public const int SnapshotPieceBytes = 1 << 20;

    /// <summary>Pages of index segments kept in memory: 16 MB.</summary>
    public const int CachedPages = 2_048;

    /// <summary>Pages of a segment sent to the manager at once.</summary>
    public const int SegmentPieceBytes = 64 << 10;

    /// <summary>How long the manager may take to end a segment file, in milliseconds.</summary>
    public const int SegmentStoredMs = 30_000;

    /// <summary>Applied batches that wait to be indexed; beyond these and their bytes they are read back from the ledger.</summary>
    public const int UnindexedBatches = 256;
    public const long UnindexedBytes = 64 << 20;

    /// <summary>Postings that a merge moves before new batches are looked for.</summary>
    public const int MergeStep = 4_096;

    /// <summary>Postings in memory when segments can't be stored: then indexing waits.</summary>
    public const int MaxBufferedPostings = 4 * Postings.Limits.BufferPostings;

    /// <summary>Between two tries to store a segment or to read the ledger, in milliseconds.</summary>
    public const int IndexRetryMs = 1_000;

    /// <summary>How long a question waits for a batch to be indexed, in milliseconds.</summary>
    public const int IndexWaitMs = 5_000;

    /// <summary>Between two looks whether older entries have come, where the ledger files begin after genesis; in milliseconds.</summary>
    public const int EarlierEntriesMs = 2_000;
}
