using Coco.Consensus;
using Coco.Consensus.Raft;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

/// <summary>A network of pure plugs under a seeded schedule of losses, repeats, delays, partitions, crashes and membership changes.</summary>
internal sealed class RandomCluster
{
    private readonly Random _random;
    private readonly SafetyChecker _checker = new();
    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<(NodeId From, NodeId To, ConsensusMessage Message)> _network = [];
    private readonly HashSet<(NodeId, NodeId)> _cut = [];
    private readonly List<(SimulatedNode Node, ulong Request, LogIndex Floor, int Incarnation)> _reads = [];
    private readonly int _lossPercent;
    private readonly int _repeatPercent;
    private ulong _counter;
    private bool _isHealed;

    public RandomCluster(int seed)
    {
        _random = new Random(seed);
        int voters = _random.Next(1, 8);
        int spare = _random.Next(0, 3);
        _lossPercent = _random.Next(0, 25);
        _repeatPercent = _random.Next(0, 15);
        Configuration configuration = new(Enumerable.Range(1, voters).Select(id => new NodeId((ulong)id)), [], []);
        ConsensusSettings settings = new()
        {
            ElectionTimeoutTicks = 10,
            HeartbeatTicks = 2,
            MaxAppendBytes = _random.Next(80, 600),
            MaxInflightAppends = _random.Next(1, 8),
            MaxCachedBytes = _random.Next(0, 1500),
        };
        for (int id = 1; id <= voters + spare; id++)
        {
            SimulatedNode node = new(new NodeId((ulong)id), configuration, new RaftFactory(), settings, (ulong)((seed * 100) + id));
            _nodes.Add(node);
            _checker.Watch(node);
        }
    }

    public LogIndex Committed => _checker.Committed;

    public void Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            Act();
            Settle();
        }
        Heal();
    }

    private SimulatedNode Any() => _nodes[_random.Next(_nodes.Count)];

    private SimulatedNode? Leader() => _nodes.Find(node => node.IsUp && node.Plug.Status.Role == ConsensusRole.Leader);

    private SimulatedNode NodeOf(NodeId id) => _nodes.Find(node => node.Id == id)!;

    private void Act()
    {
        switch (_random.Next(100))
        {
            case < 40: Deliver(); break;
            case < 62: Any().Step(TickInput.Instance); break;
            case < 64: TickAll(); break;
            case < 80: Any().Sync(_random.Next(1, 4)); break;
            case < 88: Propose(); break;
            case < 90: Read(); break;
            case < 92: CrashOrRestart(); break;
            case < 94: CutOrMend(); break;
            case < 96: ChangeMembership(); break;
            case < 97: (Leader() ?? Any()).Step(new TransferInput(_random.Next(2) == 0 ? null : Any().Id)); break;
            case < 98: Any().Step(new ReceivedInput(Any().Id, new ConsensusMessage(Noise(), []))); break;
            default: Compact(); break;
        }
    }

    private byte[] Noise()
    {
        byte[] noise = new byte[_random.Next(0, 40)];
        _random.NextBytes(noise);
        return noise;
    }

    private void TickAll()
    {
        foreach (SimulatedNode node in _nodes) node.Step(TickInput.Instance);
    }

    private void Deliver()
    {
        if (_network.Count == 0) return;
        int at = _isHealed ? 0 : _random.Next(Math.Min(_network.Count, 12));
        (NodeId from, NodeId to, ConsensusMessage message) = _network[at];
        if (_isHealed || _random.Next(100) >= _repeatPercent) _network.RemoveAt(at);
        if (_cut.Contains((from, to)) || (!_isHealed && _random.Next(100) < _lossPercent)) return;
        NodeOf(to).Step(new ReceivedInput(from, message));
    }

    private void Propose()
    {
        SimulatedNode node = _random.Next(10) == 0 ? Any() : Leader() ?? Any();
        if (!node.IsUp) return;
        for (int i = _random.Next(1, 4); i > 0; i--) node.Propose($"v{_counter++}");
    }

    private void Read()
    {
        SimulatedNode node = Leader() ?? Any();
        if (!node.IsUp) return;
        _reads.Add((node, ++_counter, _checker.Committed, node.Incarnation));
        node.Step(new ReadIndexInput(_counter));
    }

    private void CrashOrRestart()
    {
        SimulatedNode node = Any();
        if (node.IsUp) Crash(node);
        else Restart(node);
    }

    private void Crash(SimulatedNode node)
    {
        if (_random.Next(2) == 0) node.Sync(_random.Next(3));
        node.Crash();
    }

    private void Restart(SimulatedNode node)
    {
        node.Restart();
        _checker.Restarted(node);
    }

    private void CutOrMend()
    {
        if (_random.Next(3) == 0)
        {
            _cut.Clear();
            return;
        }
        HashSet<NodeId> side = [.. _nodes.Where(_ => _random.Next(2) == 0).Select(node => node.Id)];
        bool oneWay = _random.Next(4) == 0;
        foreach (SimulatedNode from in _nodes)
            foreach (SimulatedNode to in _nodes)
                if (side.Contains(from.Id) != side.Contains(to.Id) && (!oneWay || side.Contains(from.Id))) _cut.Add((from.Id, to.Id));
    }

    private void ChangeMembership()
    {
        SimulatedNode node = Leader() ?? Any();
        if (!node.IsUp || node.Plug.Status.Configuration.IsJoint) return;
        NodeId[] voters = [.. _nodes.Where(_ => _random.Next(3) > 0).Select(one => one.Id)];
        NodeId[] learners = [.. _nodes.Select(one => one.Id).Where(id => !voters.Contains(id) && _random.Next(2) == 0)];
        if (voters.Length == 0) return;
        Configuration current = node.Plug.Status.Configuration;
        bool onlyLearners = _random.Next(4) == 0;
        Configuration next = onlyLearners
            ? current.WithLearners(_nodes.Select(one => one.Id).Where(id => !current.IsVoter(id) && _random.Next(2) == 0))
            : current.Enter(voters, learners);
        node.Propose($"c{_counter++}", next);
    }

    private void Compact()
    {
        SimulatedNode node = Any();
        if (!node.IsUp || node.UnsyncedCount > 0 || node.Commit <= node.Disk.Base.Index) return;
        node.Compact(new LogIndex(node.Disk.Base.Index.Value + 1 + (ulong)_random.Next((int)(node.Commit.Value - node.Disk.Base.Index.Value))));
    }

    /// <summary>Carries out what the plugs asked of their owners, and puts their messages on the network.</summary>
    private void Settle()
    {
        foreach (SimulatedNode node in _nodes)
        {
            ElectionEntry(node);
            for (int i = 0; i < node.Unhandled.Count; i++) CarryOut(node, node.Unhandled[i]);
            node.Unhandled.Clear();
            foreach (SendEffect send in node.Outbox)
                if (_network.Count < 2000) _network.Add((node.Id, send.To, send.Message));
            node.Outbox.Clear();
        }
    }

    private void ElectionEntry(SimulatedNode node)
    {
        if (!node.IsUp || node.Plug.Status.Role != ConsensusRole.Leader || node.Plug.Status.Last.Term == node.Plug.Status.Term) return;
        if (_isHealed || _random.Next(3) > 0) node.Propose("election");
    }

    private void CarryOut(SimulatedNode node, ConsensusEffect effect)
    {
        switch (effect)
        {
            case ReadEntriesEffect read:
                node.Step(new EntriesReadInput(read.For, read.First, node.Disk.Read(read.First, read.MaxBytes)));
                break;
            case SendSnapshotEffect snapshot: SendSnapshot(node, NodeOf(snapshot.To)); break;
            case ConfigurationWantedEffect wanted: node.Propose($"c{_counter++}", wanted.Configuration); break;
            case ReadIndexEffect { Index: { } index } answered: CheckRead(node, answered.Request, index); break;
            default: break;
        }
    }

    private void CheckRead(SimulatedNode node, ulong request, LogIndex index)
    {
        var read = _reads.Find(one => one.Request == request);
        Assert.Equal((node, node.Incarnation), (read.Node, read.Incarnation));
        Assert.True(index >= read.Floor, $"a read at {index} misses what was committed before it, {read.Floor}");
    }

    private void SendSnapshot(SimulatedNode from, SimulatedNode to)
    {
        bool arrives = to.IsUp && !_cut.Contains((from.Id, to.Id)) && (_isHealed || _random.Next(3) > 0);
        LogPosition snapshot = from.Disk.Base;
        if (arrives) Install(to, snapshot, from.Disk.BaseConfiguration);
        from.Step(new SnapshotSentInput(to.Id, snapshot, arrives));
    }

    private void Install(SimulatedNode node, LogPosition snapshot, Configuration configuration)
    {
        node.Sync();
        bool replaces = snapshot.Index > node.Commit && !node.View.Holds(snapshot);
        if (replaces) _checker.Installed(node, snapshot);
        node.Install(snapshot, configuration);
    }

    /// <summary>With the network whole and all nodes up, an entry commits everywhere: nothing has got stuck.</summary>
    private void Heal()
    {
        _isHealed = true;
        _cut.Clear();
        foreach (SimulatedNode node in _nodes.Where(node => !node.IsUp)) Restart(node);
        LogIndex before = _checker.Committed;
        for (int round = 0; round < 600; round++)
        {
            Round();
            if (Leader() is not { } leader) continue;
            if (leader.Commit <= before || leader.Plug.Status.Configuration.IsJoint) leader.Propose($"v{_counter++}");
            else if (IsLevel(leader)) return;
        }
        Assert.Fail("no progress after healing: " + string.Join("; ", _nodes.Select(node => node.Plug.Status)));
    }

    private void Round()
    {
        TickAll();
        Settle();
        for (int i = 0; i < 3; i++)
        {
            for (int count = _network.Count; count > 0; count--) Deliver();
            foreach (SimulatedNode node in _nodes) node.Sync();
            Settle();
        }
    }

    private bool IsLevel(SimulatedNode leader) =>
        leader.Plug.Status.Configuration.Everyone.All(id => NodeOf(id).Commit == leader.Commit) && leader.Commit == leader.Plug.Status.Last.Index;
}
