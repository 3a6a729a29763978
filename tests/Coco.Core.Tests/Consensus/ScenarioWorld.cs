using System.Text;
using Coco.Consensus;
using Coco.Consensus.Raft;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

/// <summary>The nodes, disks and wires of one scenario. Nothing moves by itself: each command moves what it says, in a fixed order.</summary>
internal sealed class ScenarioWorld
{
    private readonly SortedDictionary<NodeId, SimulatedNode> _nodes = [];
    private readonly List<(NodeId From, NodeId To, ConsensusMessage Message)> _wire = [];
    private readonly HashSet<(NodeId, NodeId)> _cut = [];
    private readonly HashSet<NodeId> _slowDisks = [];
    private readonly SafetyChecker _checker = new();
    private readonly StringBuilder _output = new();

    /// <summary>An owner's duty on becoming the leader; off for scenarios about a lazy one.</summary>
    public bool ProposesElectionEntries { get; set; } = true;

    public bool IsQuiet { get; set; }

    public IEnumerable<NodeId> Ids => _nodes.Keys;

    public SimulatedNode this[NodeId id] => _nodes[id];

    public string TakeOutput()
    {
        string output = _output.ToString();
        _output.Clear();
        return output;
    }

    public void Print(string line)
    {
        if (!IsQuiet) _output.Append(line).Append('\n');
    }

    public void Add(NodeId id, Configuration configuration, ConsensusSettings settings)
    {
        SimulatedNode node = new(id, configuration, new RaftFactory(), settings, id.Value);
        _nodes.Add(id, node);
        _checker.Watch(node);
        Action<ConsensusEffect> check = node.Observe!;
        node.Observe = effect =>
        {
            check(effect);
            if (ScenarioText.Of(effect) is { } said) Print($"{ScenarioText.Of(id)}: {said}");
        };
    }

    public void Step(NodeId id, ConsensusInput input)
    {
        _nodes[id].Step(input);
        Settle();
    }

    public void Sync(NodeId id, int count)
    {
        SimulatedNode node = _nodes[id];
        if (node.UnsyncedCount > 0) Print($"{ScenarioText.Of(id)}: disk writes");
        node.Sync(count);
        Settle();
    }

    public void Propose(NodeId id, string text, Configuration? configuration = null)
    {
        _nodes[id].Propose(text, configuration);
        Settle();
    }

    public void Restart(NodeId id)
    {
        _nodes[id].Restart();
        _checker.Restarted(_nodes[id]);
    }

    /// <summary>A stopped node with a disk written by hand: what it holds is made known to the checker entry by entry.</summary>
    public void Prepare(NodeId id, Term term, IReadOnlyList<ConsensusEntry> entries)
    {
        SimulatedNode node = _nodes[id];
        node.Crash();
        _checker.Restarted(node);
        node.Prepare(new HardState(term, NodeId.None), entries);
        node.Observe!(new PersistEffect(0, null, null, entries));
        node.Restart();
    }

    public void SetSlowDisk(NodeId id, bool isSlow)
    {
        if (isSlow) _slowDisks.Add(id);
        else _slowDisks.Remove(id);
    }

    public void Partition(IReadOnlyList<NodeId[]> sides)
    {
        _cut.Clear();
        foreach (NodeId[] side in sides)
            foreach (NodeId[] other in sides)
                if (side != other) _cut.UnionWith(side.SelectMany(_ => other, (from, to) => (from, to)));
    }

    /// <summary>Messages on the way that match, oldest first.</summary>
    public IReadOnlyList<(NodeId From, NodeId To, ConsensusMessage Message)> OnTheWay(Func<NodeId, NodeId, bool> matches) =>
        [.. _wire.Where(one => matches(one.From, one.To))];

    /// <summary>Delivers one message and takes it off the wire, unless it is to stay there as a repeat.</summary>
    public void Deliver((NodeId From, NodeId To, ConsensusMessage Message) one, bool staysOnWire = false)
    {
        if (!staysOnWire) _wire.Remove(one);
        string line = $"{ScenarioText.Of(one.From)} -> {ScenarioText.Of(one.To)}  {ScenarioText.Of(one.Message)}";
        bool isLost = _cut.Contains((one.From, one.To)) || !_nodes[one.To].IsUp;
        Print(isLost ? line + "  (lost)" : line);
        if (!isLost) Step(one.To, new ReceivedInput(one.From, one.Message));
    }

    public void Drop(Func<NodeId, NodeId, bool> matches) => _wire.RemoveAll(one => matches(one.From, one.To));

    /// <summary>Delivers and syncs among <paramref name="ids"/> until nothing moves.</summary>
    public void Stabilize(IReadOnlyCollection<NodeId> ids)
    {
        for (int round = 0; round < 1000; round++)
        {
            var batch = OnTheWay((from, to) => ids.Contains(from) && ids.Contains(to));
            foreach (var one in batch) Deliver(one);
            NodeId[] busy = [.. ids.Where(id => _nodes[id].IsUp && _nodes[id].UnsyncedCount > 0 && !_slowDisks.Contains(id))];
            foreach (NodeId id in busy) Sync(id, int.MaxValue);
            if (batch.Count == 0 && busy.Length == 0) return;
        }
        Assert.Fail("the network does not come to rest");
    }

    public void SendSnapshot(NodeId from, NodeId to, bool arrives)
    {
        SimulatedNode source = _nodes[from], target = _nodes[to];
        LogPosition snapshot = source.Disk.Base;
        if (arrives)
        {
            if (snapshot.Index > target.Commit && !target.View.Holds(snapshot)) _checker.Installed(target, snapshot);
            target.Install(snapshot, source.Disk.BaseConfiguration);
        }
        Step(from, new SnapshotSentInput(to, snapshot, arrives));
    }

    private void Settle()
    {
        bool hasMoved = true;
        while (hasMoved)
        {
            hasMoved = false;
            foreach (SimulatedNode node in _nodes.Values) hasMoved |= Settle(node);
        }
    }

    private bool Settle(SimulatedNode node)
    {
        foreach (SendEffect send in node.Outbox) _wire.Add((node.Id, send.To, send.Message));
        node.Outbox.Clear();
        ConsensusStatus status = node.Plug.Status;
        if (node.IsUp && ProposesElectionEntries && status.Role == ConsensusRole.Leader && status.Last.Term != status.Term)
        {
            node.Propose("elected");
            return true;
        }
        ReadEntriesEffect[] reads = [.. node.Unhandled.OfType<ReadEntriesEffect>()];
        node.Unhandled.Clear();
        foreach (ReadEntriesEffect read in reads)
            node.Step(new EntriesReadInput(read.For, read.First, node.Disk.Read(read.First, read.MaxBytes)));
        return reads.Length > 0;
    }
}
