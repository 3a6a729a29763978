namespace Coco.Boundary;

/// <summary>Bounds of the boundary; both sides check them, since neither trusts the other's bytes.</summary>
public static class Limits
{
    /// <summary>Counts changes of the messages; both processes come from one build, so it never needs to negotiate.</summary>
    public const ushort BoundaryVersion = 4;

    /// <summary>One frame: a batch record of the largest size and its header.</summary>
    public const int MaxFrameBytes = (192 << 20) + 1024;

    /// <summary>What one worker sends to another about transactions: a mebibyte of them, or one of the largest.</summary>
    public const int MaxTransactionsBytes = 4 << 20;

    /// <summary>Names and reasons.</summary>
    public const int MaxTextBytes = 4_096;

    /// <summary>A certificate; those of TLS keys are below 2 kB.</summary>
    public const int MaxCertificateBytes = 64 << 10;

    /// <summary>Evidence of hardware with its collateral; real ones are below 64 kB.</summary>
    public const int MaxEvidenceBytes = 1 << 20;

    /// <summary>A ledger's settings with a genesis state: some millions of accounts.</summary>
    public const int MaxSettingsBytes = 512 << 20;

    /// <summary>What of them stands in one message.</summary>
    public const int SettingsPieceBytes = 1 << 20;

    /// <summary>The silence after which a worker stops answering and a manager takes its worker for dead, in milliseconds.</summary>
    public const int SilenceMs = 1_000;

    /// <summary>How often each side is heard at least, in milliseconds.</summary>
    public const int BeatMs = 200;

    /// <summary>Pages of an index segment in one message.</summary>
    public const int MaxSegmentPieceBytes = 1 << 20;

    /// <summary>Index segments of one worker.</summary>
    public const int MaxSegments = 256;

    /// <summary>Batches in one answer about the log.</summary>
    public const int MaxLoggedBatches = 4_096;

    /// <summary>An answer about the log ends with the batch that takes it over this: no more is read and decrypted at once.</summary>
    public const int LoggedBytes = 256 << 10;

    /// <summary>Pieces of a snapshot on their way that the other side has not taken yet, in either direction: of 1 MiB each.</summary>
    public const int SnapshotPiecesAhead = 4;
}
