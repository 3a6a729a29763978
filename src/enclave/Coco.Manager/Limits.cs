namespace Coco.Manager;

/// <summary>Bounds of the manager's shell; times in milliseconds.</summary>
internal static class Limits
{
    public const int TickMs = 10;

    /// <summary>Messages that wait for one peer; consensus repeats what is lost.</summary>
    public const int MaxPeerBacklog = 1_024;

    /// <summary>
    /// A sequencer that is at a step longer than this tells its peers that it lives, and as often: as heartbeats come by default. A
    /// genesis state is one entry of hundreds of megabytes.
    /// </summary>
    public const int LongStepMs = 100;

    /// <summary>A step that lasts longer than this has gone wrong: the others elect another leader then.</summary>
    public const int LongestStepMs = 20_000;

    /// <summary>Between two tries to reach a peer.</summary>
    public const int ReconnectMs = 100;

    /// <summary>
    /// A link whose other end's system acknowledges nothing for so long has ended. Systems acknowledge also while a VN is at a long step or
    /// stands still; a link that ended for nothing costs a handshake.
    /// </summary>
    public const int SilentLinkMs = 3_000;

    /// <summary>An idle link is asked this often whether its other end is there.</summary>
    public const int LinkQuestionSeconds = 1;

    /// <summary>TCP, TLS and attestation of a link together.</summary>
    public const int HandshakeMs = 5_000;

    /// <summary>The same where evidence is hardware's: SNP firmware answers about once in two seconds, whoever of the guest asks.</summary>
    public const int HardwareHandshakeMs = 30_000;

    /// <summary>Each try may cost a report of the hardware.</summary>
    public const int HardwareReconnectMs = 1_000;

    /// <summary>A link is made anew after a week at the latest where leases are asked for.</summary>
    public const long MaxLinkMs = 7L * 24 * 60 * 60 * 1000;

    /// <summary>Links that others opened, at most; VNs of a constitution are fewer.</summary>
    public const int MaxInboundLinks = 512;

    /// <summary>Messages that wait for the worker; it is fed in pieces, so more means that it hangs.</summary>
    public const int MaxWorkerBacklog = 100_000;

    /// <summary>Callers under way to a link: as many VNs as a constitution may name can come at once.</summary>
    public const int MaxPendingHandshakes = 256;

    public const int MaxAdminRequestBytes = 1 << 20;

    /// <summary>Open connections to the administration endpoint: a few operators, members and monitors.</summary>
    public const int MaxAdminConnections = 256;

    /// <summary>The time for the head of a request there, and between two of one connection.</summary>
    public const int AdminRequestHeadMs = 10_000;
    public const int AdminIdleMs = 60_000;

    /// <summary>Alerts that status shows: the latest.</summary>
    public const int MaxAlerts = 100;

    /// <summary>Bytes gathered into one write to the worker or a peer.</summary>
    public const int MaxGatheredBytes = 1 << 20;

    /// <summary>What the thread that posts it encrypts by itself at most: some ten microseconds.</summary>
    public const int MaxBytesAtOnce = 32 << 10;

    /// <summary>Disk effects that one sync may serve.</summary>
    public const int MaxGroupedWrites = 64;

    /// <summary>Questions of the worker for entries that are not on this disk yet: as many as a worker has open.</summary>
    public const int MaxWaitingQuestions = 1_024;

    /// <summary>Between two looks whether the ledger files before the snapshot's are known, or an entry is on the disk.</summary>
    public const int LookBackMs = 100;
}
