using System.Security.Cryptography;
using System.Text;
using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

/// <summary>Three nodes under a seeded schedule, watched for what the socket's law says of every plug's effects.</summary>
internal sealed class ConformanceNetwork
{
    private readonly Random _random;
    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<(NodeId From, NodeId To, ConsensusMessage Message)> _network = [];
    private readonly Dictionary<ulong, LogPosition> _committed = [];
    private readonly Dictionary<NodeId, ulong> _tickets = [];
    private readonly HashSet<NodeId> _elected = [];
    private readonly IncrementalHash _trace = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _proposed;

    public ConformanceNetwork(IConsensusFactory factory, int seed)
    {
        _random = new Random(seed);
        NodeId[] ids = [new(1), new(2), new(3)];
        ConsensusSettings settings = new() { ElectionTimeoutTicks = 10, HeartbeatTicks = 2, MaxAppendBytes = 300 };
        foreach (NodeId id in ids)
        {
            SimulatedNode node = new(id, new Configuration(ids, [], []), factory, settings, ((ulong)seed * 10) + id.Value);
            node.Observe = effect => Observed(node, effect);
            _tickets[id] = 0;
            _nodes.Add(node);
        }
    }

    /// <summary>A digest of all effects in their order.</summary>
    public string Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            Act(_nodes[_random.Next(_nodes.Count)]);
            Settle();
        }
        return Convert.ToHexString(_trace.GetCurrentHash());
    }

    public void Heal()
    {
        foreach (SimulatedNode node in _nodes)
            if (!node.IsUp) Restart(node);
        for (int round = 0; round < 400; round++)
        {
            foreach (SimulatedNode node in _nodes) node.Step(TickInput.Instance);
            for (int hop = 0; hop < 4; hop++)
            {
                Settle();
                for (int count = _network.Count; count > 0; count--) Deliver(0, isRepeated: false);
                foreach (SimulatedNode node in _nodes) node.Sync();
            }
            if (round < 200 && round % 20 == 0) Propose(_nodes[round / 20 % 3]);
        }
    }

    /// <summary>After rest: something was committed, and all have committed the same.</summary>
    public void CheckAgreement()
    {
        Assert.True(_nodes[0].Commit.Value > 3, "hardly anything was committed");
        foreach (SimulatedNode node in _nodes)
        {
            Assert.Equal(_nodes[0].Commit, node.Commit);
            for (ulong index = 1; index <= node.Commit.Value; index++)
                Assert.Equal(_nodes[0].View.At(new LogIndex(index)), node.View.At(new LogIndex(index)), SameEntry);
        }
    }

    private static bool SameEntry(ConsensusEntry? one, ConsensusEntry? other) =>
        one is not null && other is not null && one.Position == other.Position && one.Frame.Span.SequenceEqual(other.Frame.Span);

    private void Act(SimulatedNode node)
    {
        switch (_random.Next(20))
        {
            case < 8: if (_network.Count > 0) Deliver(_random.Next(Math.Min(8, _network.Count)), _random.Next(10) == 0); break;
            case < 14: node.Step(TickInput.Instance); break;
            case < 17: node.Sync(_random.Next(1, 3)); break;
            case < 19: Propose(node); break;
            default: if (_random.Next(10) == 0) CrashOrRestart(node); break;
        }
    }

    private void Deliver(int at, bool isRepeated)
    {
        (NodeId from, NodeId to, ConsensusMessage message) = _network[at];
        if (!isRepeated) _network.RemoveAt(at);
        if (_random.Next(20) > 0) _nodes.Find(node => node.Id == to)!.Step(new ReceivedInput(from, message));
    }

    private void Propose(SimulatedNode node)
    {
        if (node.IsUp) node.Propose($"v{_proposed++}");
    }

    private void CrashOrRestart(SimulatedNode node)
    {
        if (node.IsUp) node.Crash();
        else Restart(node);
    }

    private void Restart(SimulatedNode node)
    {
        _tickets[node.Id] = 0;
        node.Restart();
    }

    private void Settle()
    {
        foreach (SimulatedNode node in _nodes)
        {
            if (_elected.Remove(node.Id)) Propose(node);
            foreach (ReadEntriesEffect read in node.Unhandled.OfType<ReadEntriesEffect>().ToArray())
                node.Step(new EntriesReadInput(read.For, read.First, node.Disk.Read(read.First, read.MaxBytes)));
            node.Unhandled.Clear();
            foreach (SendEffect send in node.Outbox) _network.Add((node.Id, send.To, send.Message));
            node.Outbox.Clear();
        }
        if (_network.Count > 500) _network.RemoveRange(0, 100);
    }

    private void Observed(SimulatedNode node, ConsensusEffect effect)
    {
        Record(node, effect);
        bool isFinal = node.Plug.Status.IsFinal;
        switch (effect)
        {
            case PersistEffect persist:
                Assert.True(persist.Ticket > _tickets[node.Id], "tickets rise");
                _tickets[node.Id] = persist.Ticket;
                break;
            case RolledBackEffect rolledBack:
                Assert.True(!isFinal || rolledBack.Index >= node.Commit, "a final plug undoes no commit");
                break;
            case RoleChangedEffect { Role: ConsensusRole.Leader }: _elected.Add(node.Id); break;
            case CommittedEffect committed: Committed(node, committed.Index, isFinal); break;
            default: break;
        }
    }

    private void Committed(SimulatedNode node, LogIndex index, bool isFinal)
    {
        Assert.True(index <= node.View.Last.Index, "only what was given out to be written can be committed");
        if (!isFinal) return;
        Assert.True(index > node.Commit, "the commit index only grows");
        for (ulong at = node.Commit.Value + 1; at <= index.Value; at++)
        {
            LogPosition position = node.View.At(new LogIndex(at))!.Position;
            if (!_committed.TryAdd(at, position)) Assert.Equal(_committed[at], position);
        }
    }

    private void Record(SimulatedNode node, ConsensusEffect effect)
    {
        string text = effect switch
        {
            SendEffect send => $"send {send.To} {Convert.ToHexString(send.Message.Header.Span)} {ScenarioText.Of(send.Message.Entries)}",
            PersistEffect persist => $"persist {persist.Ticket} {persist.HardState} {persist.TruncateAfter} {ScenarioText.Of(persist.Append)}",
            _ => ScenarioText.Of(effect) ?? effect.ToString(),
        };
        _trace.AppendData(Encoding.UTF8.GetBytes($"{node.Id}: {text}\n"));
    }
}
