using System.Security.Cryptography;
using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

/// <summary>Raft's five properties (Raft, figure 3) over a whole network, each checked when something that can break it happens.</summary>
internal sealed class SafetyChecker
{
    private readonly Dictionary<Term, NodeId> _leaders = [];
    private readonly Dictionary<LogPosition, string> _histories = [];
    private readonly SortedDictionary<ulong, (ConsensusEntry Entry, string History)> _committed = [];
    private readonly Dictionary<NodeId, Dictionary<ulong, string>> _logs = [];

    public LogIndex Committed => new(_committed.Count == 0 ? 0 : _committed.Keys.Last());

    public ConsensusEntry? CommittedAt(LogIndex index) => _committed.TryGetValue(index.Value, out var at) ? at.Entry : null;

    public void Watch(SimulatedNode node)
    {
        _logs[node.Id] = [];
        node.Observe = effect => Observed(node, effect);
    }

    /// <summary>A node is back with what its disk held, which may be older than what it had truncated in memory.</summary>
    public void Restarted(SimulatedNode node)
    {
        Dictionary<ulong, string> log = _logs[node.Id];
        log.Clear();
        if (node.Disk.Base.Index > LogIndex.Zero) log[node.Disk.Base.Index.Value] = _committed[node.Disk.Base.Index.Value].History;
        foreach (ConsensusEntry entry in node.Disk.Entries) log[entry.Index.Value] = _histories[entry.Position];
    }

    public void Installed(SimulatedNode node, LogPosition snapshot)
    {
        Trim(node, snapshot.Index);
        _logs[node.Id][snapshot.Index.Value] = _committed[snapshot.Index.Value].History;
    }

    private void Observed(SimulatedNode node, ConsensusEffect effect)
    {
        switch (effect)
        {
            case PersistEffect persist:
                if (persist.TruncateAfter is { } index) Trim(node, index);
                foreach (ConsensusEntry entry in persist.Append) Appended(node, entry);
                break;
            case CommittedEffect committed: CommitMoved(node, committed.Index); break;
            case RolledBackEffect rolledBack: Assert.True(rolledBack.Index >= node.Commit, "a committed entry was rolled back"); break;
            case RoleChangedEffect { Role: ConsensusRole.Leader } role: BecameLeader(node, role.Term); break;
            default: break;
        }
    }

    private void Trim(SimulatedNode node, LogIndex index)
    {
        foreach (ulong later in _logs[node.Id].Keys.Where(key => key > index.Value).ToArray()) _logs[node.Id].Remove(later);
    }

    /// <summary>Log matching: the same place and term implies the same log up to there.</summary>
    private void Appended(SimulatedNode node, ConsensusEntry entry)
    {
        Dictionary<ulong, string> log = _logs[node.Id];
        string before = log.GetValueOrDefault(entry.Index.Value - 1, "");
        Assert.True(entry.Index.Value == 1 || before.Length > 0, $"the log of {node.Id} has a gap before {entry.Position}: {node.Plug.Status}");
        Assert.False(log.ContainsKey(entry.Index.Value), "a place was written twice");
        byte[] text = System.Text.Encoding.UTF8.GetBytes($"{before}|{entry.Term}|{Convert.ToHexString(entry.Frame.Span)}");
        string history = Convert.ToHexString(SHA256.HashData(text));
        log[entry.Index.Value] = history;
        if (!_histories.TryAdd(entry.Position, history)) Assert.True(_histories[entry.Position] == history, $"log matching at {entry.Position}");
    }

    /// <summary>State machine safety, and that commits only grow.</summary>
    private void CommitMoved(SimulatedNode node, LogIndex index)
    {
        Assert.True(index > node.Commit, "the commit index fell");
        for (ulong at = node.Commit.Value + 1; at <= index.Value; at++)
        {
            ConsensusEntry entry = node.View.At(new LogIndex(at)) ?? throw new Xunit.Sdk.XunitException($"{node.Id} committed {at}, which it lacks");
            string history = _logs[node.Id][at];
            if (!_committed.TryAdd(at, (entry, history)))
                Assert.True(_committed[at].History == history, $"{node.Id} committed another entry at {at}");
        }
    }

    /// <summary>Election safety and leader completeness.</summary>
    private void BecameLeader(SimulatedNode node, Term term)
    {
        if (!_leaders.TryAdd(term, node.Id)) Assert.True(_leaders[term] == node.Id, $"two leaders in term {term}");
        if (_committed.Count == 0) return;
        Assert.True(node.View.Last.Index >= Committed, $"leader {node.Id} of term {term} lacks committed entries");
        Assert.True(_logs[node.Id][Committed.Value] == _committed[Committed.Value].History, $"leader {node.Id} of term {term} holds other entries");
    }
}
