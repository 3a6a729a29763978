using System.Globalization;
using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

/// <summary>The words of scenario texts; tests/data/raft/README.md explains them to readers.</summary>
internal sealed class ScenarioCommands
{
    private readonly ScenarioWorld _world = new();

    public string TakeOutput() => _world.TakeOutput();

    public void Run(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] rest = words[1..];
        switch (words[0])
        {
            case "nodes": Nodes(rest); break;
            case "disk-holds": DiskHolds(rest); break;
            case "tick": Tick(rest); break;
            case "timeout": Timeout(Id(rest[0])); break;
            case "elect": Elect(rest); break;
            case "deliver": Deliver(rest); break;
            case "deliver-last": _world.Deliver(_world.OnTheWay(Wires(rest))[^1]); break;
            case "repeat": _world.Deliver(_world.OnTheWay(Wires(rest))[0], staysOnWire: true); break;
            case "drop": _world.Drop(Wires(rest)); break;
            case "queue": Queue(rest); break;
            case "noise": Noise(rest); break;
            case "partition": _world.Partition([.. string.Join(' ', rest).Split('|').Select(Ids)]); break;
            case "heal": _world.Partition([]); break;
            case "propose": foreach (string text in rest[1..]) _world.Propose(Id(rest[0]), text); break;
            case "flood": Flood(Id(rest[0]), Number(rest[1])); break;
            case "propose-stale": ProposeStale(rest); break;
            case "change": Change(rest); break;
            case "learners": Learners(rest); break;
            case "swap": _world.Propose(Id(rest[0]), "swap", new Configuration(Ids(rest[2..]), [], [])); break;
            case "leave": Leave(Id(rest[0])); break;
            case "persist": _world.Sync(Id(rest[0]), rest.Length > 1 ? Number(rest[1]) : int.MaxValue); break;
            case "disk": _world.SetSlowDisk(Id(rest[0]), rest[1] == "slow"); break;
            case "crash": _world[Id(rest[0])].Crash(); break;
            case "restart": _world.Restart(Id(rest[0])); break;
            case "compact": _world[Id(rest[0])].Compact(Index(rest[1])); break;
            case "snapshot": Snapshot(rest); break;
            case "transfer": _world.Step(Id(rest[0]), new TransferInput(rest.Length > 1 ? Id(rest[1]) : null)); break;
            case "suspect": _world.Step(Id(rest[0]), new SuspectedInput(Id(rest[1]))); break;
            case "heard": _world.Step(Id(rest[0]), new HeardInput(Id(rest[1]))); break;
            case "read": _world.Step(Id(rest[0]), new ReadIndexInput((ulong)Number(rest[1]))); break;
            case "owner": _world.ProposesElectionEntries = rest[0] != "lazy"; break;
            case "stabilize": _world.Stabilize(rest.Length > 0 ? Ids(rest) : [.. _world.Ids]); break;
            case "quiet": _world.IsQuiet = true; break;
            case "loud": _world.IsQuiet = false; break;
            case "log": foreach (NodeId id in Chosen(rest)) Log(id); break;
            case "status": foreach (NodeId id in Chosen(rest)) Status(id); break;
            default: throw new InvalidOperationException($"No such command: {line}");
        }
    }

    private IEnumerable<NodeId> Chosen(string[] words) => words.Length > 0 ? Ids(words) : [.. _world.Ids];

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static NodeId Id(string word) => new((ulong)Number(word));

    private static LogIndex Index(string word) => new((ulong)Number(word));

    private static NodeId[] Ids(string words) => Ids(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static NodeId[] Ids(IEnumerable<string> words) => [.. words.Select(Id)];

    /// <summary>1->2 for one wire, nothing for all.</summary>
    private static Func<NodeId, NodeId, bool> Wires(string[] words)
    {
        if (words.Length == 0) return (_, _) => true;
        NodeId[] ends = Ids(words[0].Split("->"));
        return (from, to) => from == ends[0] && to == ends[1];
    }

    /// <summary>nodes 1 2 3 [learners 4] [spare 5] [window 2] [append 100] [cache 0]; spare nodes run and are in no configuration.</summary>
    private void Nodes(string[] words)
    {
        Dictionary<string, List<int>> parts = [];
        List<int> part = parts["voters"] = [];
        foreach (string word in words)
            if (char.IsDigit(word[0])) part.Add(Number(word));
            else part = parts[word] = [];
        NodeId[] Of(string name) => [.. parts.GetValueOrDefault(name, []).Select(id => new NodeId((ulong)id))];
        int Setting(string name, int usual) => parts.TryGetValue(name, out List<int>? given) ? given[0] : usual;
        Configuration configuration = new(Of("voters"), [], Of("learners"));
        ConsensusSettings settings = new()
        {
            ElectionTimeoutTicks = 10,
            HeartbeatTicks = 2,
            MaxInflightAppends = Setting("window", 64),
            MaxAppendBytes = Setting("append", 1 << 20),
            MaxCachedBytes = Setting("cache", 1 << 20),
        };
        foreach (NodeId id in Of("voters").Concat(Of("learners")).Concat(Of("spare"))) _world.Add(id, configuration, settings);
    }

    /// <summary>disk-holds 1 term 3 entries 1 1 2: a disk with a log given by the terms of its entries.</summary>
    private void DiskHolds(string[] words)
    {
        ConsensusEntry[] entries = [.. words[4..].Select((term, at) =>
            SimulatedNode.Entry(new Term((ulong)Number(term)), new LogIndex((ulong)at + 1), "t" + term))];
        _world.Prepare(Id(words[0]), new Term((ulong)Number(words[2])), entries);
    }

    private void Tick(string[] words)
    {
        int count = words.Length > 1 ? Number(words[1]) : 1;
        NodeId[] ids = words[0] == "all" ? [.. _world.Ids] : [Id(words[0])];
        for (; count > 0; count--)
            foreach (NodeId id in ids) _world.Step(id, TickInput.Instance);
    }

    /// <summary>Ticks one node until it campaigns.</summary>
    private void Timeout(NodeId id)
    {
        bool wasQuiet = _world.IsQuiet;
        ConsensusRole before = _world[id].Plug.Status.Role;
        for (int tick = 0; tick < 40; tick++)
        {
            _world.Step(id, TickInput.Instance);
            ConsensusRole role = _world[id].Plug.Status.Role;
            if (role != before && role is ConsensusRole.PreCandidate or ConsensusRole.Candidate or ConsensusRole.Leader) break;
        }
        _world.IsQuiet = wasQuiet;
    }

    /// <summary>elect 1, or elect 2 3: a node times out until the network, or these nodes, have elected it; without the messages.</summary>
    private void Elect(string[] words)
    {
        NodeId id = Id(words[0]);
        NodeId[] voters = words.Length > 1 ? Ids(words) : [.. _world.Ids];
        _world.IsQuiet = true;
        if (words.Length > 1) ForgetLeader(voters[1..]);
        for (int attempt = 0; attempt < 5 && _world[id].Plug.Status.Role != ConsensusRole.Leader; attempt++)
        {
            Timeout(id);
            _world.Stabilize(voters);
        }
        _world.IsQuiet = false;
        Status(id);
    }

    /// <summary>Whoever still hears a leader would ignore the candidate.</summary>
    private void ForgetLeader(NodeId[] ids)
    {
        foreach (NodeId id in ids)
            for (int tick = 0; tick < 40 && _world[id].Plug.Status.HasQuorum; tick++) _world.Step(id, TickInput.Instance);
    }

    private void Deliver(string[] words)
    {
        int count = words.Length > 1 ? Number(words[1]) : int.MaxValue;
        foreach (var one in _world.OnTheWay(Wires(words)).Take(count)) _world.Deliver(one);
    }

    private void Queue(string[] words)
    {
        var waiting = _world.OnTheWay(Wires(words));
        if (waiting.Count == 0) _world.Print("nothing on the way");
        foreach (var one in waiting)
            _world.Print($"{ScenarioText.Of(one.From)} .. {ScenarioText.Of(one.To)}  {ScenarioText.Of(one.Message)}");
    }

    private void Noise(string[] words)
    {
        NodeId[] ends = Ids(words[0].Split("->"));
        byte[][] noises = [[], [1], [1, 99, 0], [2, 5, 0, 0, 0, 0, 0, 0, 0, 0], [1, 10, 1, 0, 0, 0, 0, 0, 0, 0, 0], [1, 10, 0, 0, 0, 0, 0, 0, 0, 255]];
        foreach (byte[] noise in noises) _world.Step(ends[1], new ReceivedInput(ends[0], new ConsensusMessage(noise, [])));
    }

    /// <summary>flood 1 1000: so many entries, without a word; the wires are emptied.</summary>
    private void Flood(NodeId id, int count)
    {
        _world.IsQuiet = true;
        for (; count > 0; count--)
        {
            _world.Propose(id, "x");
            _world.Drop((_, _) => true);
        }
        _world.IsQuiet = false;
    }

    private void ProposeStale(string[] words)
    {
        ConsensusEntry entry = SimulatedNode.Entry(new Term((ulong)Number(words[1])), Index(words[2]), "stale");
        _world.Step(Id(words[0]), new ProposeInput([entry]));
    }

    /// <summary>change 1 voters 1 2 4 [learners 3]: proposes the joint configuration.</summary>
    private void Change(string[] words)
    {
        int learners = Array.IndexOf(words, "learners");
        NodeId[] voters = Ids(learners < 0 ? words[2..] : words[2..learners]);
        NodeId[] others = learners < 0 ? [] : Ids(words[(learners + 1)..]);
        Configuration current = _world[Id(words[0])].Plug.Status.Configuration;
        Configuration next = new(voters, current.Voters, others);
        _world.Propose(Id(words[0]), "change", next);
    }

    private void Learners(string[] words) =>
        _world.Propose(Id(words[0]), "learners", _world[Id(words[0])].Plug.Status.Configuration.WithLearners(Ids(words[1..])));

    private void Leave(NodeId id) => _world.Propose(id, "leave", _world[id].Plug.Status.Configuration.Leave());

    private void Snapshot(string[] words)
    {
        NodeId[] ends = Ids(words[0].Split("->"));
        _world.SendSnapshot(ends[0], ends[1], arrives: words.Length < 2 || words[1] != "fails");
    }

    private void Log(NodeId id)
    {
        SimulatedNode node = _world[id];
        string from = node.View.Base.Index == LogIndex.Zero ? "" : $"..{ScenarioText.Of(node.View.Base)} ";
        string state = node.IsUp ? $"commit {node.Commit}" : "down";
        SimulatedDisk log = node.IsUp ? node.View : node.Disk;
        _world.Print($"{ScenarioText.Of(id)}: {from}[{ScenarioText.Of(log.Entries)}] {state}");
    }

    private void Status(NodeId id) =>
        _world.Print(_world[id].IsUp ? ScenarioText.Of(_world[id].Plug.Status) : $"{ScenarioText.Of(id)}: down");
}
