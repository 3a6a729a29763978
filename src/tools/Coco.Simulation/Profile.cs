using Coco.Simulation.Faults;

namespace Coco.Simulation;

/// <summary>Which faults a run meets, and how often relative to each other.</summary>
public sealed record Profile(string Name, string Description)
{
    /// <summary>Faults begin this far apart on average, in virtual milliseconds.</summary>
    public int FaultEveryMs { get; init; } = 350;

    /// <summary>How many of all faults wait until a VN is in the middle of one step of a protocol.</summary>
    public double Aimed { get; init; } = 0.25;

    /// <summary>The one step at which they are aimed; null: any.</summary>
    public string? AimedAt { get; init; }

    /// <summary>Messages between VNs that are lost, come twice, or overtake others.</summary>
    public double Loss { get; init; }
    public double Duplication { get; init; }
    public double Reordering { get; init; }

    /// <summary>Weights of the kinds of faults; absent: never.</summary>
    public IReadOnlyDictionary<string, int> Weights { get; init; } = new Dictionary<string, int>();

    /// <summary>Members add and remove VNs.</summary>
    public bool Governs { get; init; }

    /// <summary>Where members remove a VN, it is the one that leads.</summary>
    public bool RemovesLeaders { get; init; }

    /// <summary>While a VN comes back whose disk was rolled back, the leader may be cut off.</summary>
    public bool CutsAroundRollBacks { get; init; }

    /// <summary>How often one VN stays away when all faults are over: the others must go on without it if they are a quorum.</summary>
    public double LeavesOneAway { get; init; } = 0.3;

    /// <summary>So many times in the end all VNs die at one moment, most often while who takes part changes.</summary>
    public int Deaths { get; init; }

    /// <summary>How many VNs a network begins with, one of these; null: as usual.</summary>
    public IReadOnlyList<int>? Sizes { get; init; }

    /// <summary>A disk may be lost as a whole where it would be rolled back.</summary>
    public bool LosesDisks { get; init; }

    /// <summary>Evidence must be renewed, in milliseconds; null: never.</summary>
    public (int RenewMs, int DurationMs)? Leases { get; init; }

    /// <summary>Workers are in TEEs of their own, and prove themselves to their managers as often as leases are renewed.</summary>
    public bool SeparatesWorkers { get; init; }

    /// <summary>How long a ledger file is, drawn between these.</summary>
    public (int Least, int Most) ChunkBytes { get; init; } = (2_000, 60_000);

    /// <summary>How long a sync takes at most, in milliseconds.</summary>
    public int SyncMs { get; init; } = 8;

    /// <summary>How many of all seeds run the Ethereum ledger instead of the key-value ledger.</summary>
    public double EthereumShare { get; init; }

    /// <summary>Each seed draws thresholds of the product, mostly small: see <see cref="Nodes.DrawnLimits"/>.</summary>
    public bool DrawsLimits { get; init; }

    /// <summary>
    /// All disks may be rolled back together. That loses operations (the architecture states this limit), so only what holds even
    /// then is checked: no key encrypts two plaintexts under one nonce.
    /// </summary>
    public bool RollsAllBack { get; init; }

    public static IReadOnlyList<Profile> All { get; } =
    [
        new("mixed", "Everything that the network must survive, together.")
        {
            Loss = 0.02, Duplication = 0.01, Reordering = 0.03, LeavesOneAway = 0,
            Weights = new Dictionary<string, int>
            {
                ["crash"] = 6, ["crashAtStep"] = 8, ["partition"] = 4, ["asymmetric"] = 3, ["flap"] = 2, ["delay"] = 3, ["workerKill"] = 5,
                ["boundaryCut"] = 3, ["boundaryDelay"] = 3, ["slowDisk"] = 3, ["rollback"] = 2, ["killAll"] = 1, ["killQuorum"] = 1, ["clockDrift"] = 3, ["pause"] = 2,
                ["snapshotDamage"] = 2, ["away"] = 2,
            },
        },
        new("everything", "All kinds of faults, small thresholds, and members that add and remove VNs.")
        {
            Loss = 0.02, Duplication = 0.01, Reordering = 0.03, Governs = true, LosesDisks = true, DrawsLimits = true, EthereumShare = 0.2, FaultEveryMs = 300,
            CutsAroundRollBacks = true,
            Weights = new Dictionary<string, int>
            {
                ["crash"] = 6, ["crashAtStep"] = 10, ["partition"] = 4, ["asymmetric"] = 3, ["flap"] = 2, ["delay"] = 3, ["workerKill"] = 5,
                ["boundaryCut"] = 3, ["boundaryDelay"] = 3, ["slowDisk"] = 3, ["rollback"] = 2, ["killAll"] = 1, ["killQuorum"] = 1, ["clockDrift"] = 2, ["pause"] = 2,
                ["snapshotDamage"] = 2, ["away"] = 2, ["powerCut"] = 1, ["ledgerDamage"] = 3, ["diskFull"] = 3, ["diskStall"] = 2, ["clockJump"] = 2,
                ["leaderCut"] = 3, ["handOver"] = 2, ["ledgerForged"] = 1, ["readError"] = 2, ["rollbackAtDeath"] = 1,
            },
        },
        new("steps", "All kinds of faults, each of them aimed at one step of a protocol.")
        {
            Loss = 0.02, Duplication = 0.01, Reordering = 0.03, Governs = true, LosesDisks = true, DrawsLimits = true, EthereumShare = 0.1, FaultEveryMs = 220,
            Aimed = 0.9, CutsAroundRollBacks = true, LeavesOneAway = 1, SyncMs = 25,
            Weights = new Dictionary<string, int>
            {
                ["crash"] = 2, ["crashAtStep"] = 5, ["partition"] = 2, ["asymmetric"] = 2, ["flap"] = 2, ["delay"] = 2, ["workerKill"] = 5,
                ["boundaryCut"] = 2, ["boundaryDelay"] = 2, ["slowDisk"] = 2, ["rollback"] = 8, ["killAll"] = 3, ["killQuorum"] = 2, ["clockDrift"] = 2, ["pause"] = 2,
                ["snapshotDamage"] = 2, ["away"] = 8, ["powerCut"] = 5, ["ledgerDamage"] = 4, ["diskFull"] = 2, ["diskStall"] = 2, ["clockJump"] = 2,
                ["leaderCut"] = 3, ["handOver"] = 4, ["ledgerForged"] = 6, ["readError"] = 2, ["rollbackAtDeath"] = 1,
            },
        },
        new("limits", "The faults of mixed, with thresholds so small that a day of production passes in seconds.")
        {
            Loss = 0.02, Duplication = 0.01, Reordering = 0.03, DrawsLimits = true,
            Weights = new Dictionary<string, int>
            {
                ["crash"] = 6, ["crashAtStep"] = 8, ["partition"] = 4, ["asymmetric"] = 3, ["flap"] = 2, ["delay"] = 3, ["workerKill"] = 5,
                ["boundaryCut"] = 3, ["boundaryDelay"] = 3, ["slowDisk"] = 3, ["rollback"] = 2, ["killAll"] = 1, ["killQuorum"] = 1, ["clockDrift"] = 3, ["pause"] = 2,
                ["snapshotDamage"] = 2, ["away"] = 2,
            },
        },
        new("ethereum", "The Ethereum ledger under the faults of all kinds.")
        {
            Loss = 0.01, Duplication = 0.01, Reordering = 0.01, DrawsLimits = true, EthereumShare = 1,
            Weights = new Dictionary<string, int>
            {
                ["crash"] = 5, ["crashAtStep"] = 6, ["partition"] = 4, ["asymmetric"] = 2, ["workerKill"] = 8, ["boundaryCut"] = 4, ["boundaryDelay"] = 3,
                ["slowDisk"] = 2, ["rollback"] = 2, ["killAll"] = 1, ["killQuorum"] = 1, ["away"] = 3, ["snapshotDamage"] = 2, ["clockJump"] = 2, ["pause"] = 2,
            },
        },
        new("disks", "Disks fill up, stall, fail to read, return what was not written, and go back; clocks jump.")
        {
            Loss = 0.01, LosesDisks = true, SyncMs = 30, FaultEveryMs = 400,
            Weights = new Dictionary<string, int>
            {
                ["ledgerDamage"] = 6, ["diskFull"] = 6, ["diskStall"] = 4, ["slowDisk"] = 2, ["rollback"] = 3, ["powerCut"] = 1, ["crash"] = 3,
                ["crashAtStep"] = 3, ["snapshotDamage"] = 3, ["clockJump"] = 3, ["away"] = 1, ["readError"] = 6, ["workerKill"] = 3,
            },
        },
        new("snapshots", "VNs are away so long that they come back through a snapshot; snapshot files are lost, cut, changed and set back.")
        {
            Loss = 0.01, Duplication = 0.01, Reordering = 0.01, Governs = true, LosesDisks = true, FaultEveryMs = 350,
            Weights = new Dictionary<string, int>
            {
                ["away"] = 8, ["snapshotDamage"] = 6, ["crash"] = 4, ["crashAtStep"] = 10, ["workerKill"] = 6, ["powerCut"] = 1, ["killAll"] = 1,
                ["rollback"] = 2, ["partition"] = 2, ["delay"] = 2, ["slowDisk"] = 2,
            },
        },
        new("network", "Loss, delay, duplication, reordering and partitions; no crashes.")
        {
            Loss = 0.06, Duplication = 0.04, Reordering = 0.1, FaultEveryMs = 250,
            Weights = new Dictionary<string, int> { ["partition"] = 5, ["asymmetric"] = 5, ["flap"] = 4, ["delay"] = 4, ["clockDrift"] = 2, ["pause"] = 2 },
        },
        new("crashes", "VNs are killed at any step, one, a quorum or all at once.")
        {
            Loss = 0.01, FaultEveryMs = 300, SyncMs = 30,
            Weights = new Dictionary<string, int>
            {
                ["crash"] = 4, ["crashAtStep"] = 8, ["killQuorum"] = 3, ["killAll"] = 2, ["powerCut"] = 1, ["rollback"] = 3, ["slowDisk"] = 4, ["delay"] = 1,
                ["rollbackAtDeath"] = 3,
            },
        },
        new("majorities", "In the end all VNs die at one moment, in the middle of a change of who takes part, and all but one come back; four times.")
        {
            Loss = 0.01, Governs = true, FaultEveryMs = 700, Deaths = 4, LeavesOneAway = 1, Sizes = [3, 4, 4, 5],
            Weights = new Dictionary<string, int> { ["crash"] = 4, ["away"] = 2, ["slowDisk"] = 3, ["partition"] = 2, ["delay"] = 1, ["killAll"] = 1 },
        },
        new("power-cuts", "All machines lose their power at one moment, again and again, while disks are slow.")
        {
            Loss = 0.01, FaultEveryMs = 700, SyncMs = 60,
            Weights = new Dictionary<string, int> { ["powerCut"] = 6, ["slowDisk"] = 4, ["crashAtStep"] = 1, ["delay"] = 1, ["clockDrift"] = 1 },
        },
        new("workers", "The boundary is delayed and cut, and workers die.")
        {
            Loss = 0.01, FaultEveryMs = 200,
            Weights = new Dictionary<string, int>
            {
                ["workerKill"] = 8, ["boundaryCut"] = 6, ["boundaryDelay"] = 6, ["partition"] = 2, ["crash"] = 2, ["delay"] = 2,
                ["slowDisk"] = 6,
            },
        },
        new("leaders", "Leaders are cut off, handed over and slow, again and again; disks and the boundary are slow.")
        {
            Loss = 0.02, Duplication = 0.02, Reordering = 0.05, FaultEveryMs = 180, SyncMs = 25,
            Weights = new Dictionary<string, int>
            {
                ["leaderCut"] = 10, ["handOver"] = 4, ["slowDisk"] = 4, ["boundaryDelay"] = 5, ["delay"] = 3, ["asymmetric"] = 2, ["pause"] = 2,
                ["workerKill"] = 2,
            },
        },
        new("host", "The host forges entries, sets disks back and loses them, one at a time, and cuts the leader off meanwhile; it damages snapshots.")
        {
            Loss = 0.01, FaultEveryMs = 400, LosesDisks = true, CutsAroundRollBacks = true,
            Weights = new Dictionary<string, int>
            {
                ["ledgerForged"] = 8, ["rollback"] = 4, ["rollbackAtDeath"] = 5, ["snapshotDamage"] = 2, ["crash"] = 2, ["slowDisk"] = 1, ["delay"] = 1, ["clockDrift"] = 1,
            },
        },
        new("comings-and-goings", "Members remove the VN that leads; leaders are cut off and handed over while VNs that were away come back.")
        {
            Loss = 0.05, Duplication = 0.02, Reordering = 0.02, Governs = true, RemovesLeaders = true, LosesDisks = true, FaultEveryMs = 220,
            Weights = new Dictionary<string, int>
            {
                ["away"] = 7, ["leaderCut"] = 4, ["handOver"] = 4, ["delay"] = 6, ["crash"] = 2, ["rollback"] = 2,
            },
        },
        new("leavers", "Members remove the VN that leads; little else goes wrong.")
        {
            Loss = 0.01, Governs = true, RemovesLeaders = true, FaultEveryMs = 800,
            Weights = new Dictionary<string, int> { ["delay"] = 3, ["slowDisk"] = 2, ["crash"] = 1, ["workerKill"] = 1, ["boundaryDelay"] = 2 },
        },
        new("governance", "Members add and remove VNs while others fail.")
        {
            Loss = 0.01, Reordering = 0.02, Governs = true,
            Weights = new Dictionary<string, int>
            {
                ["crash"] = 4, ["crashAtStep"] = 4, ["partition"] = 3, ["workerKill"] = 3, ["delay"] = 3, ["asymmetric"] = 2, ["killAll"] = 1,
            },
        },
        new("changes", "While members change who takes part and leases end, VNs die, are cut off and hand over in the middle of a change.")
        {
            Loss = 0.01, Reordering = 0.02, Governs = true, Leases = (400, 1_600), LeavesOneAway = 0, FaultEveryMs = 250, Aimed = 0.7,
            AimedAt = ProtocolSteps.Reconfiguration, SyncMs = 25, Sizes = [3, 4, 5, 7],
            Weights = new Dictionary<string, int>
            {
                ["crash"] = 4, ["away"] = 2, ["killQuorum"] = 2, ["killAll"] = 1, ["partition"] = 4, ["asymmetric"] = 2, ["leaderCut"] = 4, ["handOver"] = 5,
                ["slowDisk"] = 4, ["delay"] = 4, ["withheldEvidence"] = 4, [FaultKinds.SplitStarts] = 6, [FaultKinds.UnseenReturn] = 6,
            },
        },
        new("numbers", "A leader that is cut off gives a VN a number that the others give to another one; little else goes wrong.")
        {
            Loss = 0.01, LeavesOneAway = 0, FaultEveryMs = 3_000, Sizes = [5, 7],
            Weights = new Dictionary<string, int> { [FaultKinds.LostNumber] = 6, [FaultKinds.SplitStarts] = 2, ["crash"] = 1, ["slowDisk"] = 1 },
        },
        new("admissions", "VNs are admitted while nothing is on the disk yet of one that was admitted before, or start with a full disk; then the power fails.")
        {
            Loss = 0.01, LeavesOneAway = 0, FaultEveryMs = 2_500, Sizes = [3],
            Weights = new Dictionary<string, int> { [FaultKinds.BusyDisk] = 6, [FaultKinds.FullDisk] = 6, ["crash"] = 1, ["workerKill"] = 1, ["delay"] = 1, ["partition"] = 1 },
        },
        new("lapses", "The lease of a VN runs out while nothing is on the disk yet of one that was admitted before; then that one loses its power.")
        {
            Loss = 0.01, LeavesOneAway = 0, FaultEveryMs = 3_000, Leases = (400, 1_600), Sizes = [4],
            Weights = new Dictionary<string, int> { [FaultKinds.NeededLease] = 6, ["crash"] = 1, ["workerKill"] = 1, ["delay"] = 1 },
        },
        new("founders", "The disk of the first VN goes back to when it was alone.")
        {
            Loss = 0.01, LeavesOneAway = 0, FaultEveryMs = 1_200, Sizes = [3, 4, 5],
            Weights = new Dictionary<string, int> { [FaultKinds.BackToAlone] = 6, ["crash"] = 2, ["delay"] = 2, ["partition"] = 1, ["workerKill"] = 1 },
        },
        new("installs", "VNs go on from a snapshot that they can't read again, while the ledger files of before are still on their way.")
        {
            Loss = 0.01, LeavesOneAway = 0, FaultEveryMs = 1_500, LosesDisks = true,
            Weights = new Dictionary<string, int> { [FaultKinds.UnreadInstall] = 6, ["away"] = 2, ["snapshotDamage"] = 2, ["workerKill"] = 2, ["delay"] = 1 },
        },
        new("replaced", "A leader that is cut off appends what never commits; a snapshot's file takes its place while its worker starts.")
        {
            Loss = 0.01, LeavesOneAway = 0, FaultEveryMs = 1_200, ChunkBytes = (60_000, 600_000),
            Weights = new Dictionary<string, int> { [FaultKinds.OwnEndReplaced] = 6, ["snapshotDamage"] = 1, ["workerKill"] = 1, ["delay"] = 1 },
        },
        new("outcasts", "The lease of a VN ends, and the others die; or it is renewed, and that VN comes to lead while another one knows of the end alone.")
        {
            Loss = 0.01, LeavesOneAway = 0, FaultEveryMs = 2_500, Leases = (400, 1_600), Sizes = [3, 4, 4, 5, 5, 7],
            Weights = new Dictionary<string, int>
            {
                [FaultKinds.OutcastLeader] = 6, [FaultKinds.LearnerAhead] = 6, [FaultKinds.UnseenRenewal] = 8, ["leaderCut"] = 1, ["crash"] = 1, ["delay"] = 1,
            },
        },
        new("leases", "Evidence is withheld, enclaves' clocks stand still, all sleep: VNs are quarantined, workers are sent away, and they come back.")
        {
            Loss = 0.01, Reordering = 0.02, FaultEveryMs = 340, Leases = (400, 1_600), SeparatesWorkers = true, LeavesOneAway = 0, // whose lease holds when no quorum renews them is another matter
            Weights = new Dictionary<string, int>
            {
                ["withheldEvidence"] = 10, ["clockStopped"] = 4, ["sleepAll"] = 2, ["crash"] = 3, ["crashAtStep"] = 4, ["partition"] = 4, ["asymmetric"] = 2,
                ["delay"] = 3, ["clockDrift"] = 3, ["pause"] = 3, ["away"] = 2, ["killAll"] = 1, ["workerKill"] = 2, ["rollback"] = 1,
                [FaultKinds.RenewedDeath] = 3, [FaultKinds.WorkerEvidence] = 6, [FaultKinds.RefusedBuild] = 2,
            },
        },
        new("all-rolled-back", "All disks are rolled back together: nothing but the nonces can be saved.")
        {
            FaultEveryMs = 500, RollsAllBack = true,
            Weights = new Dictionary<string, int> { ["rollAllBack"] = 3, ["killAll"] = 1, ["crash"] = 1, ["slowDisk"] = 1, ["delay"] = 1 },
        },
    ];

    public static Profile Find(string name) =>
        All.FirstOrDefault(profile => profile.Name == name)
        ?? throw new ArgumentException($"there is no profile '{name}'; there are {string.Join(", ", All.Select(profile => profile.Name))}");
}
