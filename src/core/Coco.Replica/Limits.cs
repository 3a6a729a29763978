namespace Coco.Replica;

/// <summary>Bounds of the sequencer's room. Ticks are of 10 ms.</summary>
public static class Limits
{
    /// <summary>One message from a peer: an append of the largest size, or one entry of the largest size.</summary>
    public const int MaxPeerMessageBytes = 208 << 20;

    /// <summary>Entries in one message.</summary>
    public const int MaxEntries = 4_096;

    /// <summary>What one worker sends to another about transactions: a mebibyte of them, or one of the largest.</summary>
    public const int MaxTransactionsBytes = 4 << 20;

    public const int MaxTextBytes = 4_096;
    public const int MaxEvidenceBytes = 256 << 10;
    public const int MaxNodes = 256;

    /// <summary>Committed leaves whose roots can still be asked for (co-signatures); 32 bytes each.</summary>
    public const ulong KeptLeaves = 4_096;

    /// <summary>Linearizable reads and governance requests that wait.</summary>
    public const int MaxWaiting = 4_096;

    /// <summary>The leader asks for co-signatures this often while there is something new; the receipt's promise is one second.</summary>
    public const int CertificateTicks = 50;

    /// <summary>A leader whose worker is gone this long hands leadership over.</summary>
    public const ulong WorkerGoneTicks = 10;

    /// <summary>The same, for a worker that has not come yet since this manager started.</summary>
    public const ulong WorkerStartTicks = 500;

    /// <summary>A VN whose worker stays away hands leadership over once within this time.</summary>
    public const ulong HandOverTicks = 200;

    /// <summary>While the first worker since a start is awaited that time doubles with each hand-over, so often at most: to about a minute.</summary>
    public const int HandOverDoublings = 5;

    /// <summary>A restarting or joining VN asks its peers this often.</summary>
    public const int ProbeTicks = 10;

    /// <summary>A VN that takes part and hears of no quorum asks after this long whether there is one without it.</summary>
    public const ulong LonelyTicks = 300;

    /// <summary>
    /// How long a network that lives and counts on a VN may take to reach it, before that one starts anew: as long as a connection takes to
    /// notice that it was cut, and to be made again.
    /// </summary>
    public const ulong ReachTicks = 500;

    /// <summary>A read index that a follower asked for and did not get; its worker waits as long.</summary>
    public const ulong ReadIndexTicks = 1_000;

    /// <summary>A round of read index without an answer is asked again: a few round trips between continents.</summary>
    public const ulong ReadIndexRetryTicks = 50;

    /// <summary>A join request that was not answered is repeated after this long.</summary>
    public const int JoinTicks = 50;

    /// <summary>With a majority but not all voters shown, a sealed restart waits this long for the others: the longest log wins.</summary>
    public const ulong RestartGraceTicks = 100;

    /// <summary>With a quorum of VNs that run and have no leader, it waits this long for them to elect one.</summary>
    public const ulong RunningGraceTicks = 500;

    /// <summary>A learner is made a voter when it is at most this many entries behind.</summary>
    public const ulong CaughtUpEntries = 64;

    /// <summary>A learner that does not catch up within this time is dropped.</summary>
    public const int LearnerTicks = 6_000;

    /// <summary>What is read back at once for a worker that catches up, in bytes.</summary>
    public const int FeedBytes = 1 << 20;

    /// <summary>Snapshots that a VN keeps: the newest, and the one before in case that its file is damaged.</summary>
    public const int KeptSnapshots = 2;

    /// <summary>Claims of snapshots that may still be certified or proven; one is enough unless snapshots follow each other closely.</summary>
    public const int KeptClaims = 8;

    /// <summary>A VN tells the leader again which snapshot it has written, until the log names it.</summary>
    public const int ReportTicks = 50;

    /// <summary>A snapshot that was written waits this long for others to write the same one, before a newer one is begun.</summary>
    public const ulong AgreementTicks = 1_000;

    /// <summary>Bytes of a file in one message between VNs: no log entry waits long behind it.</summary>
    public const int PieceBytes = 1 << 20;

    /// <summary>Pieces that are sent for one question; the receiver asks on when it has stored them.</summary>
    public const int PiecesAtOnce = 4;

    /// <summary>A question for a piece of a file that brought nothing is asked again after this long.</summary>
    public const ulong AskAgainTicks = 100;

    /// <summary>The same where answers were seen to come sooner: not before this long, nor four round trips.</summary>
    public const ulong MinAskAgainTicks = 20;

    /// <summary>Older ledger files are asked of another VN when nothing came of one in this time.</summary>
    public const ulong SilentTicks = 300;

    /// <summary>A file of which nothing came in this time is given up; a snapshot that nobody asks for counts as not arrived.</summary>
    public const ulong FetchTicks = 1_000;
}
