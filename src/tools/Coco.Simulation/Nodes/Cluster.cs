using Coco.Consensus;
using Coco.Crypto;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.Checks;
using Coco.Simulation.Faults;
using Coco.Simulation.Ledgers;
using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>All machines of one simulated network, and what they have in common.</summary>
internal sealed class Cluster : IDisposable
{
    /// <summary>VNs that the list does not name at first; members add them.</summary>
    private const int Spares = 2;

    /// <summary>
    /// A VN that starts leaves those that run this long to elect a leader, by the fastest of clocks; that they can't although they are a
    /// quorum has a reason then, and it goes on with them.
    /// </summary>
    private const long RunningGraceMs = (long)Replica.Limits.RunningGraceTicks * 10 * 10 / 14;

    /// <summary>As the product's worker does that is refused.</summary>
    private const long AttestAgain = SimulationWorld.Second;

    private readonly SecretKey _sessionKey;
    private readonly GovernanceEntry.Genesis _genesis;
    private readonly List<Host> _hosts = [];
    private readonly Dictionary<NodeId, Host> _incarnations = [];
    private int _keys;

    public Cluster(SimulationWorld world, int nodes, ILedgerTwin ledger)
    {
        World = world;
        LedgerTwin = ledger;
        int all = nodes + (world.Profile.Governs ? Spares : 0);
        for (int number = 1; number <= all; number++) _hosts.Add(new Host(world, number));
        Links = new SimulatedNetwork(world, _hosts);
        Ledger = new CommittedLedger(world);
        Published = new PublishedBatches(world);
        Faults = new FaultPlan(this);
        Governors = new Governors(this);
        ElectionTimeoutMs = (int)world.Random.Between(15, 40) * 10;
        ChunkBytes = (int)world.Random.Between(world.Profile.ChunkBytes.Least, world.Profile.ChunkBytes.Most);
        CachedBytes = world.Random.Between(0, 200_000);
        MinPipelined = (int)world.Random.Between(1, 8);
        Limits = world.Profile.DrawsLimits ? DrawnLimits.Draw((ulong)world.Seed) : DrawnLimits.Production;
        _sessionKey = new SecretKey(world.Random.NextHash().Span);
        PieceBytes = (int)world.Random.Between(400, 2_500);
        var snapshots = new SnapshotSettings((int)world.Random.Between(10, 120), world.Random.Between(4_000, 200_000));
        Constitution constitution = Organisations.Constitution(
            _hosts.Take(nodes).Select(host => host.Name), ElectionTimeoutMs, Limits.MaxBatchTransactions, snapshots, LedgerTwin.Settings) with
        {
            Leases = world.Profile.Leases is { } leases ? new LeaseSettings(leases.RenewMs, leases.DurationMs) : null,
        };
        if (world.Profile.SeparatesWorkers) constitution = constitution with { CodeManifest = constitution.CodeManifest with { Worker = [.. WorkerTee.Builds] } };
        NodeKey first = NextKey();
        _genesis = new GovernanceEntry.Genesis(
            _hosts[0].UnixMs, new Membership([new NodeId(1)], [], []), constitution.ToCanonicalBytes(), _hosts[0].Name, first.PublicKey,
            new byte[] { 1 });
        Network = GovernanceEntryCodec.NetworkIdOf(_genesis).Value;
        world.StepsOf = (name, steps) => ProtocolSteps.Collect(this, _hosts.First(host => host.Name == name), steps);
        foreach (Host host in _hosts.Take(nodes)) host.IsWanted = host.IsListed = true;
        Run(_hosts[0], new ManagerProcess(this, _hosts[0], _genesis, first));
        foreach (Host host in _hosts.Skip(1).Take(nodes - 1))
            world.After(world.Random.Between(0, 300) * SimulationWorld.Millisecond, () => Start(host));
    }

    public SimulationWorld World { get; }
    public IReadOnlyList<Host> Hosts => _hosts;
    public SimulatedNetwork Links { get; }
    public CommittedLedger Ledger { get; }
    public PublishedBatches Published { get; }
    public FaultPlan Faults { get; }
    public Governors Governors { get; }
    public Hash256 Network { get; }
    public int ElectionTimeoutMs { get; }
    public int ChunkBytes { get; }
    public long CachedBytes { get; }
    public int MinPipelined { get; }

    public DrawnLimits Limits { get; }

    public ILedgerTwin LedgerTwin { get; }

    /// <summary>Of a file on its way between VNs or to a worker.</summary>
    public int PieceBytes { get; }

    public SecretKey SessionKey => _sessionKey;

    /// <summary>Governance as of the newest change that a VN has committed.</summary>
    public GovernanceState? Governance { get; private set; }

    /// <summary>The entry of that change.</summary>
    public LogIndex GovernedAt { get; private set; }

    public Constitution? Constitution => Governance?.Constitution;

    public IEnumerable<Host> Running => _hosts.Where(host => host.Manager is not null);

    /// <summary>One that takes itself for the leader.</summary>
    public Host? Leader => Running.FirstOrDefault(host => host.Manager!.Replica.Consensus?.Role == ConsensusRole.Leader);

    public EntryCipher NewCipher() => new(_sessionKey, Ledger.OnNonce);

    /// <summary>The VN that an operator names to one that joins.</summary>
    public Host ContactOf(Host joining)
    {
        List<Host> others = [.. _hosts.Where(host => host != joining && host.IsWanted)];
        return others.Count == 0 ? joining : World.Random.Pick(others);
    }

    public void Start(Host host)
    {
        if (host.Manager is not null || !host.IsWanted || host == Faults.Absent || World.IsBroken) return;
        World.Note(host.Name, "starts");
        try
        {
            Run(host, new ManagerProcess(this, host, host.Number == 1 && host.Disk.List().Count == 0 && Ledger.Last == LogIndex.Zero ? _genesis : null, NextKey()));
        }
        catch (InvariantException broken)
        {
            World.Violate("invariant", $"{host.Name} can't start: {broken.Message} {ManagerProcess.FirstFrame(broken)}");
        }
        catch (IOException problem)
        {
            World.Note(host.Name, $"can't start: {problem.Message}");
            World.After(100 * SimulationWorld.Millisecond, () => Start(host));
        }
    }

    /// <summary>The process is gone; with the power, also what was not synced.</summary>
    public void Crash(Host host, bool isPowerLost)
    {
        if (host.Manager is not { } manager) return;
        World.Note(host.Name, isPowerLost ? "power lost" : "killed");
        if (isPowerLost) host.Disk.Crash(); // before the process is gone, so that it can be said what it was doing
        else host.Disk.Sync();
        host.Manager = null;
        host.Disk.Reads.GarbleUntil = 0;
        manager.End();
        foreach (Host other in Running.ToList()) TellBroken(other, host);
        if (isPowerLost) host.Worker?.End("power lost");
    }

    /// <summary>Where the way is open, the other end finds soon that the connection was closed.</summary>
    public void TellBroken(Host told, Host broken)
    {
        ManagerProcess? manager = told.Manager;
        if (manager is null || !Links.IsUncut(broken, told)) return;
        World.After(World.Random.Between(100, 5_000), () => manager.Give(new LinkBrokenInput(broken.Name)));
    }

    /// <summary>As an operator does with a VN that nobody answers: <c>coco node join</c> into a new data folder.</summary>
    public void SetUpAnew(Host host)
    {
        Crash(host, isPowerLost: false);
        host.Disk.Wipe();
        World.After(SimulationWorld.Second, () => Start(host));
    }

    /// <summary>As a supervisor does.</summary>
    public void Restart(Host host)
    {
        Crash(host, isPowerLost: false);
        World.After(World.Random.Between(20, 200) * SimulationWorld.Millisecond, () => Start(host));
    }

    /// <summary>An incarnation is one start of one VN; only a sealed restart brings it back.</summary>
    public void OnAdmitted(Host host, NodeId node, bool isResumed)
    {
        bool isSecond = !isResumed && _incarnations.ContainsKey(node) && !World.Profile.RollsAllBack;
        if (isSecond) World.Violate("incarnations", $"{host.Name} takes part as {node}, which took part before");
        bool hasWaited = World.Now - host.Manager!.StartedAt >= RunningGraceMs * SimulationWorld.Millisecond;
        if (isResumed && host.IsRolledBack && !hasWaited && WasQuorumWithout(host))
            World.Violate("roll back", $"{host.Name} takes part as {node} with a disk that went back, although a quorum lives");
        _incarnations[node] = host;
    }

    /// <summary>The others that took part when this VN started are a quorum, whether or not they have a leader just now.</summary>
    private bool WasQuorumWithout(Host host) => Governance is { } state && Quorum.Holds(
        MembershipOf(state), node => Running.Any(other => other != host && other.Manager!.Replica.Consensus?.Self == node
            && other.Manager.TakesPartSince < host.Manager!.StartedAt));

    internal static Configuration MembershipOf(GovernanceState state) => new(state.Membership.Voters, state.Membership.OutgoingVoters, state.Membership.Learners);

    /// <summary>The VN that takes or took part as this one; null: none did so far.</summary>
    public Host? HostOf(NodeId node) => _incarnations.GetValueOrDefault(node);

    public void OnWorkerEnded(Host host, WorkerProcess worker)
    {
        if (host.Worker != worker) return;
        host.Worker = null;
        World.After(World.Random.Between(10, 120) * SimulationWorld.Millisecond, () => StartWorker(host));
    }

    public void OnGovernance(GovernanceState state, LogIndex at)
    {
        if (at <= GovernedAt) return;
        GovernedAt = at;
        int former = QuarantinedVoters(state);
        // Members may remove others afterwards.
        bool hasGrown = Governance is not null && former > QuarantinedVoters(Governance);
        if (hasGrown && state.Membership.Voters.Length <= former)
            World.Violate("last quorum", $"{former} voters are quarantined, {state.Membership.Voters.Length} stay");
        Governance = state;
        foreach (Host host in _hosts)
            Want(host, state.Constitution.FindNode(host.Name) is not null || state.Nodes.Any(node => node.Name == host.Name && state.Membership.Contains(node.Id)));
    }

    public void Dispose()
    {
        foreach (Host host in _hosts)
        {
            host.Manager?.End();
            host.Worker?.End("the run ends");
        }
        _sessionKey.Dispose();
    }

    private void Run(Host host, ManagerProcess manager)
    {
        host.Manager = manager;
        manager.Start();
        LinkAnew(host);
        World.After(World.Random.Between(5, 60) * SimulationWorld.Millisecond, () => StartWorker(host));
    }

    /// <summary>This VN has started, or lets others open links.</summary>
    public void LinkAnew(Host host)
    {
        foreach (Host other in Running.Where(one => one != host).ToList()) Link(host, other);
    }

    /// <summary>Both ends find that the link is up, some time after both run.</summary>
    private void Link(Host one, Host other)
    {
        (ManagerProcess? first, ManagerProcess? second) = (one.Manager, other.Manager);
        World.After(World.Random.Between(5, 120) * SimulationWorld.Millisecond, () =>
        {
            if (one.Manager != first || other.Manager != second || !Links.IsOpen(one, other) || !Links.IsOpen(other, one)) return;
            first!.Give(new LinkInput(other.Name));
            second!.Give(new LinkInput(one.Name));
        });
    }

    private void StartWorker(Host host)
    {
        if (host.Worker is not null || host.Manager is not { } manager || World.IsBroken) return;
        if (manager.Link is not null)
        {
            World.After(25 * SimulationWorld.Millisecond, () => StartWorker(host));
            return;
        }
        WorkerStanding? standing = null;
        if (World.Profile.SeparatesWorkers && (standing = WorkerStanding.LetIn(this, host, manager)) is null)
        {
            World.After(AttestAgain, () => StartWorker(host));
            return;
        }
        World.Counters.WorkerRestarts++;
        host.Worker = new WorkerProcess(this, host);
        host.Worker.Connect(manager, standing);
    }

    /// <summary>An operator starts a VN that the list names, and stops one that left the list and has been retired, some time after.</summary>
    private void Want(Host host, bool isListed)
    {
        if (host.IsListed == isListed) return;
        host.IsListed = isListed;
        if (isListed) host.IsWanted = true;
        World.After(World.Random.Between(50, isListed ? 1_500 : 4_000) * SimulationWorld.Millisecond, () =>
        {
            host.IsWanted = host.IsListed;
            if (host.IsWanted) Start(host);
            else Crash(host, isPowerLost: false);
        });
    }

    private static int QuarantinedVoters(GovernanceState state) => state.Nodes.Count(node => node.IsCurrent && node.Quarantine == Quarantine.OfVoter);

    private NodeKey NextKey() => NodeKey.Get(_keys++);
}
