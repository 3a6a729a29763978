using Coco.Consensus;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;
using Coco.Simulation.Checks;
using Coco.Simulation.Clients;
using Coco.Simulation.Faults;
using Coco.Simulation.Ledgers;
using Coco.Simulation.Nodes;
using Coco.Simulation.World;

namespace Coco.Simulation;

/// <summary>What one seed came to.</summary>
internal sealed record SeedResult(
    Counters Counters, IReadOnlyList<SimulationViolation> Violations, double SimulatedSeconds, byte[] TraceDigest);

/// <summary>One network under one seed: it starts, meets faults for a while, is healed, must come to rest, and is checked.</summary>
internal sealed class SeedRun : IDisposable
{
    private const long Second = SimulationWorld.Second;
    private const long FaultSeconds = 10;
    private const long CalmSeconds = 30;
    private const int MinAcknowledged = 100;
    private const int MinWithoutOne = 10;
    private const int Subscribers = 2;

    /// <summary>So long the end of the faults waits for a VN to be in the middle of the step in which it is to go.</summary>
    private const long LongestForAbsentMs = 3_000;
    private const ulong LedgerStream = 0x6C6564676572;
    private const ulong AwayStream = 0x61776179;

    private readonly SimulationWorld _world;
    private readonly Cluster _cluster;
    private readonly List<ISimulatedClient> _clients = [];
    private readonly List<Subscriber> _subscribers = [];
    private readonly SimulationRandom _away;

    private SeedRun(SimulationWorld world, int nodes, ILedgerTwin ledger, Reduction reduction)
    {
        _world = world;
        _away = new SimulationRandom((ulong)world.Seed ^ AwayStream);
        _cluster = new Cluster(world, nodes, ledger);
        _cluster.Faults.Kept = reduction.Faults;
        _cluster.Links.IsCalm = reduction.IsCalm;
        int clients = (int)world.Random.Between(4, 7);
        clients = reduction.Clients ?? clients;
        for (int number = 1; number <= clients; number++) _clients.Add(_cluster.LedgerTwin.NewClient(_cluster, number));
        for (int number = 1; number <= Subscribers; number++) _subscribers.Add(new Subscriber(_cluster, number));
    }

    public static SeedResult Run(long seed, Profile profile, string? ledger, Reduction reduction, Action<string>? log)
    {
        using var world = new SimulationWorld(seed, profile) { Log = log };
        int count = reduction.Nodes ?? CountFor(world);
        using var run = new SeedRun(world, count, LedgerFor(world, ledger), reduction);
        run.Live();
        return new SeedResult(world.Counters, world.Violations, world.Now / (double)Second, world.Trace.Finish());
    }

    public void Dispose() => _cluster.Dispose();

    private static ILedgerTwin LedgerFor(SimulationWorld world, string? asked)
    {
        bool isDrawn = new SimulationRandom((ulong)world.Seed ^ LedgerStream).Chance(world.Profile.EthereumShare);
        return (asked ?? (isDrawn ? EthereumLedger.Name : "")) == EthereumLedger.Name ? new EthereumTwin() : new KeyValueTwin();
    }

    private static int CountFor(SimulationWorld world)
    {
        if (world.Profile.Sizes is { } sizes) return world.Random.Pick(sizes);
        if (world.Profile.RollsAllBack) return world.Random.Pick([1, 1, 3]);
        return world.Profile.Governs ? world.Random.Pick([3, 4]) : world.Random.Pick([1, 2, 3, 3, 3, 3, 4, 5, 5, 7]);
    }

    private void Live()
    {
        foreach (ISimulatedClient client in _clients) client.Start();
        foreach (Subscriber subscriber in _subscribers) subscriber.Start();
        Expect(IsWhole, "the network did not come up");
        _cluster.Faults.Start();
        if (_world.Profile.Governs) _cluster.Governors.Start();
        _world.RunUntil(_world.Now + (FaultSeconds * Second), () => false);
        for (int deaths = 1; deaths < _world.Profile.Deaths; deaths++)
        {
            Die();
            EndFaults();
            GoOnWithoutOne();
            Expect(IsWhole, "after all have died, the network does not come up");
        }
        _cluster.Governors.Stop();
        if (_world.Profile.Deaths > 0) Die();
        EndFaults();
        if (_world.Profile.RollsAllBack) return;
        GoOnWithoutOne();
        Expect(() => _world.Counters.Acknowledged >= MinAcknowledged, "after all faults, clients get no answers");
        Expect(IsCaughtUp, "after all faults, a VN does not catch up while load goes on");
        foreach (ISimulatedClient client in _clients) client.Stop();
        Expect(() => IsLevel() && HaveSubscribersSeenAll(), "after all faults, the VNs do not come to one index, or a subscriber does not see the last batch");
        if (!_world.IsBroken) Check();
    }

    private void Die()
    {
        bool isDead = false;
        _cluster.Faults.KillAllWhileOneReturns(() => isDead = true);
        _world.RunUntil(_world.Now + (CalmSeconds * Second), () => isDead);
    }

    /// <summary>One VN may stay away. Drawn apart from all else, so that what comes before does not depend on it.</summary>
    private void EndFaults()
    {
        bool leavesOneAway = _away.Chance(_world.Profile.LeavesOneAway) && !_world.Profile.RollsAllBack;
        if (leavesOneAway && _world.Profile.Deaths == 0)
        {
            _cluster.Faults.EndAt(ProtocolSteps.Pick(_away, _ => true));
            _world.RunUntil(_world.Now + (LongestForAbsentMs * SimulationWorld.Millisecond), () => _cluster.Faults.HasEnded);
        }
        if (!_cluster.Faults.HasEnded) _cluster.Faults.End(leavesOneAway ? Dispensable.Pick(_cluster, _away) : null);
    }

    private void GoOnWithoutOne()
    {
        if (_cluster.Faults.Absent is not { } absent) return;
        _world.RunUntil(_cluster.Faults.AbsentIsForgottenAt, () => false);
        long before = _world.Counters.Acknowledged;
        if (Dispensable.CanGoOn(_cluster, absent)) Expect(() => _world.Counters.Acknowledged >= before + MinWithoutOne, $"while {absent.Name} is away, clients get no answers of the others");
        _cluster.Faults.Return();
    }

    private void Expect(Func<bool> condition, string otherwise)
    {
        if (!_world.RunUntil(_world.Now + (CalmSeconds * Second), condition) && !_world.IsBroken)
            _world.Violate("liveness", $"{otherwise}: {Describe()}");
    }

    private bool IsWhole() => _cluster.Hosts.Where(host => host.IsWanted).All(host =>
        host.Manager?.Replica is { Consensus.Role: not ConsensusRole.Learner, IsWorkerLive: true, CommittedBatch: not null });

    /// <summary>Nobody learns or lags any more, while the ledger grows.</summary>
    private bool IsCaughtUp() => IsWhole() && _cluster.Hosts.Where(host => host.IsWanted).All(host =>
        host.Manager!.Replica is { } replica && replica.Committed.Value + Replica.Limits.CaughtUpEntries >= _cluster.Ledger.CommittedAnywhere.Value);

    private bool IsLevel()
    {
        if (!IsWhole()) return false;
        List<Host> hosts = [.. _cluster.Hosts.Where(host => host.IsWanted)];
        LogIndex last = hosts[0].Manager!.Replica.Last;
        BatchNumber? batch = hosts[0].Manager!.Replica.CommittedBatch;
        return hosts.Any(host => host.Manager!.Replica.Consensus!.Role == ConsensusRole.Leader)
            && hosts.All(host => host.Manager!.Replica is { } replica && replica.Last == last && replica.Committed == last
                && replica.Consensus!.Persisted == last && replica.First.Value == 1 && !replica.Consensus.Configuration.IsJoint && host.Worker?.Committed == batch);
    }

    private bool HaveSubscribersSeenAll() => _subscribers.TrueForAll(subscriber => subscriber.Seen == _cluster.Ledger.LastBatch);

    private void Check()
    {
        foreach (Host host in _cluster.Hosts.Where(host => host.IsWanted))
        {
            host.Manager!.CheckDisk();
            host.Worker!.CheckState();
        }
        LedgerFiles.Check(_world, [.. _cluster.Hosts.Where(host => host.IsWanted)]);
        using Log.EntryCipher cipher = _cluster.NewCipher();
        _cluster.LedgerTwin.Check(_cluster, _cluster.Ledger.Batches(cipher));
    }

    private string Describe() => string.Join("; ", _cluster.Hosts.Where(host => host.IsWanted).Select(host =>
        host.Manager?.Replica is not { } replica ? $"{host.Name} is down"
            : replica.Consensus is not { } consensus ? $"{host.Name} asks to take part ({replica.Last} entries)"
            : $"{host.Name} {consensus.Self} {consensus.Role} term {consensus.Term} {replica.Committed}/{replica.Last} {consensus.Configuration} files from {replica.First} worker {host.Worker?.Committed?.ToString() ?? "none"}{(replica.IsWorkerLive ? "" : " not live")}"));
}
