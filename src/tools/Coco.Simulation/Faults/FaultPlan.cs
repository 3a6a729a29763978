using Coco.Consensus;
using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.Nodes;
using Coco.Simulation.World;

namespace Coco.Simulation.Faults;

/// <summary>What goes wrong, and when: drawn from the seed by the weights of the profile.</summary>
internal sealed partial class FaultPlan(Cluster cluster)
{
    private const long Ms = SimulationWorld.Millisecond;
    private const long ImageEvery = 700 * Ms;

    /// <summary>Less than a client's request lives.</summary>
    private const long MaxClockErrorMs = 100_000;

    /// <summary>Longer than a leader counts on a VN that it does not hear.</summary>
    private const long LeaderForgetsMs = 1_000;

    private const long LongestWaitForChangeMs = 3_000;

    /// <summary>How long syncs of a VN take at most that is to lag.</summary>
    private const int LaggingSyncMs = 120;

    /// <summary>Less than a VN that starts leaves those that run to elect a leader.</summary>
    private const long LongestCutMs = 2_500;

    /// <summary>Where a manager or a worker is killed between two effects.</summary>
    private static readonly string[] ManagerSteps = ["SendEffect", "DiskEffect", "SignEffect", "ApplyBatchEffect", "BatchCommittedEffect", "WorkerRoleEffect", "ReadLogEffect", "AdmittedEffect", "GovernanceChangedEffect",
        "snapshot file", "TakeSnapshotEffect", "KeepSnapshotEffect", "DropSnapshotEffect", "BeginFetchEffect", "StoreFetchedEffect", "CheckFetchedEffect",
        "AdoptFetchedEffect", "LedgerReplacedEffect", "SnapshotInstalledEffect", "FindChunkEffect", "ReadFileEffect", "WelcomeWorkerEffect"];

    /// <summary>What there is to do before a VN takes part.</summary>
    private static readonly string[] StartSteps = ["SendEffect", "PeersChangedEffect"];
    private static readonly string[] WorkerSteps = ["ProposeEffect", "SealEffect", "CompleteEffect", "AppliedEffect", "ForwardEffect"];

    private readonly Dictionary<Host, (string Step, long Until)> _armed = [];
    private readonly Dictionary<Host, (string Step, long Until)> _armedWorkers = [];
    private readonly Aims _aims = new(cluster);
    private Action? _onChange;
    private string? _absentAt;
    private bool _isOver;

    private SimulationWorld World => cluster.World;
    private SimulationRandom Random => cluster.World.Random;
    private bool IsAnyRolledBack => cluster.Hosts.Any(host => host.IsRolledBack);

    /// <summary>Numbers of those that happen; null: all.</summary>
    public IReadOnlyCollection<int>? Kept { get; set; }

    public void Start()
    {
        World.After(ImageEvery, KeepImages);
        Wait();
    }

    /// <summary>The VN that stays away although all faults are over; null: none, or it is back.</summary>
    public Host? Absent { get; private set; }

    /// <summary>
    /// All VNs die at one moment: soon after a leader has begun to change who takes part, which it does when one comes back that was
    /// killed or members remove one, and else after a while. What nobody has synced may be lost with it.
    /// </summary>
    /// <param name="isDead">Told when it has happened.</param>
    public void KillAllWhileOneReturns(Action isDead)
    {
        _isOver = true;
        HasEnded = false;
        cluster.Links.MendAll();
        List<Host> followers = [.. cluster.Running.Where(host => host != cluster.Leader)];
        bool removes = followers.Count > 1 && Random.Chance(0.5) && cluster.Governors.TryRemoveOne();
        if (removes) Random.Pick(followers).SyncUpToMs = LaggingSyncMs; // it lacks what ends the change
        else if (followers.Count > 0) CrashAndRestart(Random.Pick(followers), 300);
        void Die()
        {
            _onChange = null;
            World.After(Random.Between(0, removes ? 40_000 : 12_000), () =>
            {
                bool isPowerLost = Random.Chance(0.5);
                World.CountFault(isPowerLost ? "powerCut" : "killAll", Names(cluster.Running));
                foreach (Host host in cluster.Running.ToList()) cluster.Crash(host, isPowerLost);
                isDead();
            });
        }
        Action die = Die;
        _onChange = die;
        World.After(LongestWaitForChangeMs * Ms, () =>
        {
            if (_onChange == die) die();
        });
    }

    /// <summary>A leader has begun to change who takes part.</summary>
    public void OnChange()
    {
        cluster.Hosts[0].Disk.KeepFirst(); // with the first change the founder is no longer alone
        _onChange?.Invoke();
    }

    /// <summary>As soon as a VN that the others can do without is in the middle of this step it goes, and all else works again.</summary>
    public void EndAt(string step) => _absentAt = step;

    public bool HasEnded { get; private set; }

    /// <summary>Until then a change may begin that needs the VN that stays away: its leader still counts on it, and may stand still until it does.</summary>
    public long AbsentIsForgottenAt { get; private set; }

    /// <summary>Everything works again from now on, but that one VN may stay away.</summary>
    public void End(Host? absent)
    {
        _isOver = HasEnded = true;
        _absentAt = null;
        Absent = absent;
        if (absent is not null)
        {
            World.Note(absent.Name, "stays away");
            World.CountFault("absent", absent.Name);
            cluster.Crash(absent, isPowerLost: false);
            AbsentIsForgottenAt = Math.Max(World.Now, cluster.Hosts.Max(host => host.PausedUntil)) + (LeaderForgetsMs * Ms);
        }
        _armed.Clear();
        _armedWorkers.Clear();
        _aims.Clear();
        cluster.Links.MendAll();
        cluster.Links.IsCalm = true;
        cluster.Links.SlowUpTo = 0;
        foreach (Host host in cluster.Hosts)
        {
            host.BoundarySlowUpTo = 0;
            host.SyncUpToMs = World.Profile.SyncMs;
            host.SyncStallsUntil = 0;
            host.Disk.Space.IsFull = false;
            host.Disk.Reads.FailUntil = host.Disk.Reads.GarbleUntil = 0;
            host.WithheldUntil = 0;
            host.WorkerTee.Spoil(EvidenceFault.Withheld, until: 0);
            host.ClockStoppedUntil = 0;
            host.Drift(1);
            if (!host.IsWanted) continue;
            if (absent is null) cluster.Start(host);
            else World.After(AbsentIsForgottenAt - World.Now, () => cluster.Start(host));
        }
    }

    /// <summary>The VN that stayed away comes back.</summary>
    public void Return()
    {
        if (Absent is not { } absent) return;
        Absent = null;
        cluster.Start(absent);
    }

    public bool CrashesAt(Host host, string step)
    {
        if (!IsDue(_armed, host, step) || IsAnyRolledBack) return false;
        World.CountFault("crashAtStep", host.Name);
        World.Counters.CountCrashPoint(step);
        CrashAndRestart(host, 1_500);
        return true;
    }

    public bool WorkerDiesAt(Host host, string step)
    {
        if (!IsDue(_armedWorkers, host, step)) return false;
        World.CountFault("workerKill", host.Name);
        World.Counters.CountCrashPoint(step);
        host.Worker?.End("killed");
        return true;
    }

    private bool IsDue(Dictionary<Host, (string Step, long Until)> armed, Host host, string step)
    {
        if (!armed.TryGetValue(host, out var at) || at.Step != step) return false;
        armed.Remove(host);
        return World.Now <= at.Until;
    }

    private void Wait() => World.After(Random.Between(World.Profile.FaultEveryMs / 4, World.Profile.FaultEveryMs * 7 / 4) * Ms, Next);

    private void KeepImages()
    {
        if (_isOver) return;
        foreach (Host host in cluster.Hosts) host.Disk.KeepImage();
        World.After(ImageEvery, KeepImages);
    }

    private void Next()
    {
        if (_isOver || World.IsBroken) return;
        int at = Random.Below(World.Profile.Weights.Values.Sum());
        foreach ((string kind, int weight) in World.Profile.Weights)
        {
            at -= weight;
            if (at >= 0) continue;
            int number = (int)++World.Counters.FaultsDrawn;
            bool isAimed = Random.Chance(World.Profile.Aimed);
            if (Kept is not null && !Kept.Contains(number)) break;
            if (isAimed) _aims.Add(kind, number);
            else Begin(kind, number, aimed: null);
            break;
        }
        Wait();
    }

    /// <summary>Something has happened on this VN.</summary>
    public void OnStep(Host host)
    {
        _aims.Look(host);
        if (_absentAt is not { } step || !ProtocolSteps.IsIn(cluster, host, step) || !Dispensable.Is(cluster, host)) return;
        _absentAt = null;
        World.After(0, () =>
        {
            if (!HasEnded) End(host);
        });
    }

    /// <summary>Whether a fault of this kind may meet this VN now.</summary>
    internal bool CanBegin(string kind, Host host) => kind switch
    {
        "rollback" or "ledgerDamage" or "ledgerForged" => MayLose(host),
        FaultKinds.BackToAlone => host.Number == 1 && MayLose(host),
        FaultKinds.RollBackAtDeath => MayLose(host) && cluster.Running.All(TakesPart),
        "snapshotDamage" => !IsAnyRolledBack && (IsWhole(host) || MayLose(host)),
        "away" or FaultKinds.UnreadInstall => !IsAnyRolledBack && (OthersThan(host).All(TakesPart) || !cluster.Running.Any(TakesPart)),
        "leaderCut" or FaultKinds.SplitStarts or FaultKinds.LostNumber or FaultKinds.OutcastLeader or FaultKinds.OwnEndReplaced => !IsAnyRolledBack && host == cluster.Leader,
        "handOver" => host == cluster.Leader,
        "workerKill" => host.Worker is not null,
        "boundaryCut" => host.Manager!.Link is not null,
        "crashAtStep" or "boundaryDelay" or "delay" or "slowDisk" or "diskStall" or "clockDrift" or "clockJump" or "withheldEvidence" or FaultKinds.WorkerEvidence or "rollAllBack" => true,
        _ => !IsAnyRolledBack,
    };

    /// <param name="aimed">The VN that it is to meet; null: any.</param>
    internal void Begin(string kind, int number, Host? aimed)
    {
        List<Host> running = [.. cluster.Running];
        if (_isOver || World.IsBroken || running.Count == 0) return;
        Host? leader = FaultKinds.IsOfLeader(kind) ? cluster.Leader : null;
        Host host = aimed ?? leader ?? Random.Pick(running);
        World.Note("fault", $"{number}: {kind}, {host.Name}{(aimed is null ? "" : " in the middle of a step")}");
        if (!CanBegin(kind, host)) return;
        switch (kind)
        {
            case "crash": Crash(host); break;
            case "crashAtStep": ArmCrash(host, isStarting: aimed is { Manager.Replica.Consensus: null }); break;
            case "workerKill" when aimed is null && Random.Chance(0.5): _armedWorkers[host] = (Random.Pick(WorkerSteps), World.Now + (1_000 * Ms)); break;
            case "workerKill": KillWorker(host); break;
            case "boundaryCut": CutBoundary(host); break;
            case "boundaryDelay": DelayBoundary(host); break;
            case "partition": Partition(isOneWay: false, aimed); break;
            case "asymmetric": Partition(isOneWay: true, aimed); break;
            case "flap": Flap(aimed); break;
            case "delay": SlowNetwork(); break;
            case "slowDisk": SlowDisk(host); break;
            case "clockDrift": Drift(host); break;
            case "pause": Pause(host); break;
            case "withheldEvidence": Withhold(host); break;
            case FaultKinds.WorkerEvidence: SpoilEvidence(host); break;
            case FaultKinds.RefusedBuild: RefuseBuild(host); break;
            case "clockStopped": StopClock(host); break;
            case "sleepAll": SleepAll(running); break;
            case "killAll": KillMany(kind, running); break;
            case "killQuorum": KillMany(kind, [.. running.OrderBy(one => one == aimed ? 0 : 1).Take((running.Count / 2) + 1)]); break;
            case "powerCut": CutPower(running); break;
            case "away": StayAway(host); break;
            case "snapshotDamage": DamageSnapshots(host); break;
            case "rollback": RollBack(host); break;
            case FaultKinds.RollBackAtDeath: CutOffBeforeDeath(host); break;
            case FaultKinds.SplitStarts: SplitStarts(host); break;
            case FaultKinds.UnseenReturn: ReturnUnseen(host); break;
            case FaultKinds.UnseenRenewal: RenewUnseen(host); break;
            case FaultKinds.RenewedDeath: DieOnceRenewed(); break;
            case FaultKinds.LostNumber: SpreadLostNumber(host); break;
            case FaultKinds.UnreadInstall: InstallUnread(host); break;
            case FaultKinds.OwnEndReplaced: ReplaceOwnEnd(host); break;
            case FaultKinds.OutcastLeader: LeaveOutcast(host); break;
            case FaultKinds.LearnerAhead: DieBehindLearner(host); break;
            case FaultKinds.BackToAlone: GoBackToAlone(host); break;
            case FaultKinds.BusyDisk: DieWithBusyDisk(host); break;
            case FaultKinds.FullDisk: DieWithFullDisk(host); break;
            case FaultKinds.NeededLease: DieWithNeededLease(host); break;
            case "leaderCut": CutLeader(); break;
            case "handOver": HandOver(); break;
            case "ledgerForged": ForgeLedger(host); break;
            case "ledgerDamage": DamageLedger(host); break;
            case "diskFull": FillDisk(host); break;
            case "diskStall": StallDisk(host); break;
            case "clockJump": JumpClock(host); break;
            case "readError": FailReads(host); break;
            case "rollAllBack": RollAllBack(running); break;
        }
    }

    private void ArmCrash(Host host, bool isStarting) =>
        _armed[host] = (Random.Pick(isStarting ? StartSteps : ManagerSteps), World.Now + (1_000 * Ms));

    private void Crash(Host host)
    {
        World.CountFault("crash", host.Name);
        CrashAndRestart(host, 2_000);
    }

    private void CrashAndRestart(Host host, long withinMs)
    {
        cluster.Crash(host, isPowerLost: Random.Chance(0.6));
        World.After(Random.Between(20, withinMs) * Ms, () => cluster.Start(host));
    }

    /// <summary>Long enough for the others to write snapshots and go on.</summary>
    private void StayAway(Host host)
    {
        World.CountFault("away", host.Name);
        cluster.Crash(host, isPowerLost: Random.Chance(0.5));
        World.After(Random.Between(2_000, 5_000) * Ms, () => cluster.Start(host));
    }

    /// <summary>A VN whose files do not reach back to the first entry yet can't do without its snapshots: it may lose all, as with its disk.</summary>
    private void DamageSnapshots(Host host)
    {
        bool isWhole = IsWhole(host);
        if (!isWhole) PrepareLoss();
        World.CountFault("snapshotDamage", host.Name);
        cluster.Crash(host, isPowerLost: true);
        for (int i = Random.Below(3); i >= 0; i--) host.Disk.Snapshots.TryDamage();
        if (!isWhole) Watch(host);
        World.After(Random.Between(20, 600) * Ms, () => cluster.Start(host));
    }

    private void KillWorker(Host host)
    {
        World.CountFault("workerKill", host.Name);
        host.Worker!.End("killed");
    }

    private void CutBoundary(Host host)
    {
        World.CountFault("boundaryCut", host.Name);
        host.Manager!.Link!.Close();
    }

    private void DelayBoundary(Host host)
    {
        World.CountFault("boundaryDelay", host.Name);
        host.BoundarySlowUpTo = Random.Between(5, 200) * Ms;
        World.After(Random.Between(200, 1_500) * Ms, () => host.BoundarySlowUpTo = 0);
    }

    private void Partition(bool isOneWay, Host? aimed)
    {
        List<Host> side = [.. cluster.Hosts.Where(host => Random.Chance(0.5) || host == aimed)];
        World.CountFault(isOneWay ? "asymmetric" : "partition", Names(side));
        Cut(side, isOneWay);
        World.After(Random.Between(200, 2_500) * Ms, cluster.Links.MendAll);
    }

    private void Cut(List<Host> side, bool isOneWay)
    {
        World.Note("net", $"{string.Join(' ', side.Select(host => host.Name))} {(isOneWay ? "can't send to" : "cut from")} the others");
        foreach (Host one in side)
            foreach (Host other in cluster.Hosts.Where(host => !side.Contains(host)))
            {
                if (Random.Chance(0.3)) cluster.TellBroken(other, one);
                cluster.Links.Cut(one, other);
                if (!isOneWay) cluster.Links.Cut(other, one);
            }
    }

    /// <summary>
    /// The leader alone can't be heard, or neither hears nor is heard, for about as long as an election takes; where its whole machine
    /// stalls, its disk is slow too.
    /// </summary>
    private void CutLeader(long longestMs = 1_000)
    {
        if (cluster.Leader is not { } leader) return;
        World.CountFault("leaderCut", leader.Name);
        Cut([leader], isOneWay: Random.Chance(0.3));
        long lasts = Random.Between(100, longestMs);
        if (Random.Chance(0.5)) StallDisk(leader, lasts);
        World.After(lasts * Ms, cluster.Links.MendAll);
    }

    /// <summary>
    /// As before restarts that an operator has planned: once, or to and fro, so that a VN leads again before its slow worker knows that
    /// it did not.
    /// </summary>
    private void HandOver()
    {
        if (cluster.Leader is not { } leader) return;
        World.CountFault("handOver", leader.Name);
        if (Random.Chance(0.4)) DelayBoundary(leader);
        leader.Manager!.Give(HandOverInput.Instance);
        long at = 0;
        for (int i = Random.Below(4); i > 0; i--)
        {
            at += Random.Between(5, 60) * Ms;
            World.After(at, () => cluster.Leader?.Manager!.Give(HandOverInput.Instance));
        }
    }

    private void Flap(Host? aimed)
    {
        List<Host> side = [.. cluster.Hosts.Where(host => Random.Chance(0.4) || host == aimed)];
        World.CountFault("flap", Names(side));
        for (int i = 0; i < 6; i++)
        {
            long at = (i * 2 * Random.Between(60, 160)) * Ms;
            World.After(at, () =>
            {
                if (!_isOver && !IsAnyRolledBack) Cut(side, isOneWay: false);
            });
            World.After(at + (Random.Between(40, 200) * Ms), cluster.Links.MendAll);
        }
        World.After(2_500 * Ms, cluster.Links.MendAll);
    }

    private void SlowNetwork()
    {
        World.CountFault("delay", Names(cluster.Hosts));
        cluster.Links.SlowUpTo = Random.Between(10, 250) * Ms;
        World.After(Random.Between(300, 2_000) * Ms, () => cluster.Links.SlowUpTo = 0);
    }

    private void SlowDisk(Host host)
    {
        World.CountFault("slowDisk", host.Name);
        host.SyncUpToMs = Random.Between(40, 300);
        World.After(Random.Between(300, 2_000) * Ms, () => host.SyncUpToMs = World.Profile.SyncMs);
    }

    /// <summary>A sync that begins now may take longer than an election.</summary>
    private void StallDisk(Host host, long lastsMs)
    {
        World.CountFault("diskStall", host.Name);
        host.SyncUpToMs = Random.Between(300, 1_500);
        World.After(lastsMs * Ms, () => host.SyncUpToMs = World.Profile.SyncMs);
    }

    private void Drift(Host host)
    {
        World.CountFault("clockDrift", host.Name);
        host.Drift(Random.Between(70, 140) / 100.0);
    }

    private void Pause(Host host)
    {
        World.CountFault("pause", host.Name);
        host.Pause(World.Now + (Random.Between(50, 1_500) * Ms));
    }

    /// <summary>Its host lets no evidence through: often long enough for the lease to end.</summary>
    private void Withhold(Host host)
    {
        World.CountFault("withheldEvidence", host.Name);
        host.WithheldUntil = World.Now + (Random.Between(500, 6_000) * Ms);
    }

    /// <summary>The enclave's clock stands still: it hears and answers, and no timer of its own runs out.</summary>
    private void StopClock(Host host)
    {
        World.CountFault("clockStopped", host.Name);
        host.ClockStoppedUntil = World.Now + (Random.Between(300, 4_000) * Ms);
    }

    /// <summary>A laptop's lid is closed for longer than a lease.</summary>
    private void SleepAll(List<Host> hosts)
    {
        World.CountFault("sleepAll", Names(hosts));
        long until = World.Now + (Random.Between(1_000, 3_000) * Ms);
        foreach (Host host in hosts) host.Pause(until + (Random.Between(0, 50) * Ms));
    }

    private void KillMany(string kind, List<Host> hosts)
    {
        World.CountFault(kind, Names(hosts));
        foreach (Host host in hosts)
        {
            World.After(Random.Between(0, 20) * Ms, () =>
            {
                if (!IsAnyRolledBack) CrashAndRestart(host, 2_500);
            });
        }
    }

    private void CutPower(List<Host> hosts)
    {
        World.CountFault("powerCut", Names(hosts));
        foreach (Host host in hosts)
        {
            cluster.Crash(host, isPowerLost: true);
            World.After(Random.Between(20, 600) * Ms, () => cluster.Start(host));
        }
    }

    private void JumpClock(Host host)
    {
        World.CountFault("clockJump", host.Name);
        host.SetClock(Random.Between(-MaxClockErrorMs, MaxClockErrorMs));
    }

    private static IEnumerable<string> Names(IEnumerable<Host> hosts) => hosts.Select(host => host.Name);

    private static bool TakesPart(Host host) => host.Manager?.Replica.Consensus is not null;

    /// <summary>Its files reach back to the first entry: one after the other could lose entries that the next has not fetched yet.</summary>
    private static bool IsWhole(Host host) => host.Manager?.Replica.First.Value == 1;

    private IEnumerable<Host> OthersThan(Host host) => cluster.Hosts.Where(one => one.IsWanted && one != host);
}
