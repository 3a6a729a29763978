using Coco.Consensus;
using Coco.Consensus.Raft;
using Coco.Primitives;
using Coco.Simulation.Nodes;

namespace Coco.Simulation.Checks;

/// <summary>Makes Raft plugs that are watched, or broken on purpose.</summary>
internal sealed class WatchedFactory(Cluster cluster, Host host) : IConsensusFactory
{
    private readonly RaftFactory _inner = new();

    public string Name => _inner.Name;

    public IConsensus Create(ConsensusStart start)
    {
        bool drops = cluster.World.Mutation == Mutations.SnapshotDropsConfig && host.Manager?.IsFromSnapshot == true;
        return new WatchedConsensus(cluster, host, _inner.Create(drops ? start with { Configuration = Configuration.Empty } : start), start);
    }
}

/// <summary>
/// Watches a plug: one leader in a term (election safety), and commits by counting entries of the leader's own term alone (Raft
/// 5.4.2). With a mutation it commits what it must not.
/// </summary>
internal sealed class WatchedConsensus : IConsensus
{
    private readonly Cluster _cluster;
    private readonly Host _host;
    private readonly IConsensus _inner;
    private readonly ConsensusEffects _innerEffects = new();
    private readonly SortedDictionary<ulong, Term> _terms = [];
    private LogIndex _committed;

    public WatchedConsensus(Cluster cluster, Host host, IConsensus inner, ConsensusStart start)
    {
        (_cluster, _host, _inner) = (cluster, host, inner);
        _committed = start.Base.Index;
        foreach (ConsensusEntry entry in start.Entries) _terms[entry.Index.Value] = entry.Term;
    }

    public ConsensusStatus Status
    {
        get
        {
            ConsensusStatus status = _inner.Status;
            return _committed > status.Commit ? status with { Commit = _committed } : status;
        }
    }

    public void Step(ConsensusInput input, ConsensusEffects effects)
    {
        _innerEffects.Clear();
        if (input is SnapshotInstalledInput installed)
        {
            if (installed.Snapshot.Index <= _committed)
                _cluster.World.Violate("install", $"{_host.Name} installs a snapshot of entry {installed.Snapshot.Index}, but {_committed} is committed");
            _committed = installed.Snapshot.Index;
            _terms.Clear();
            if (_cluster.World.Mutation == Mutations.SnapshotDropsConfig) input = installed with { Configuration = Configuration.Empty };
        }
        _inner.Step(input, _innerEffects);
        for (int i = 0; i < _innerEffects.Count; i++)
        {
            Watch(_innerEffects[i]);
            if (_innerEffects[i] is CommittedEffect committed) Commit(committed.Index, effects);
            else effects.Add(_innerEffects[i]);
        }
        if (_inner.Status.Role == ConsensusRole.Leader && WronglyCommitted() is { } index) Commit(index, effects);
    }

    private void Commit(LogIndex index, ConsensusEffects effects)
    {
        if (index <= _committed) return;
        _committed = index;
        effects.Add(new CommittedEffect(index));
        ConsensusStatus status = _inner.Status;
        if (status.Role == ConsensusRole.Leader && _terms.TryGetValue(index.Value, out Term term) && term != status.Term)
            _cluster.World.Violate("commit by counting", $"{_host.Name}, leader of term {status.Term}, commits entry {index} of term {term}");
    }

    private void Watch(ConsensusEffect effect)
    {
        switch (effect)
        {
            case RoleChangedEffect { Role: ConsensusRole.Leader } role:
                _cluster.Ledger.OnLeader(_host, _inner.Status.Self, role.Term);
                break;
            case RolledBackEffect rolledBack:
                foreach (ulong index in _terms.Keys.Where(index => index > rolledBack.Index.Value).ToList()) _terms.Remove(index);
                if (rolledBack.Index < _committed)
                    _cluster.World.Violate("state machine safety", $"{_host.Name} cuts the log after {rolledBack.Index}, but {_committed} is committed");
                break;
            case PersistEffect persist:
                foreach (ConsensusEntry entry in persist.Append) _terms[entry.Index.Value] = entry.Term;
                break;
        }
    }

    /// <summary>What a broken plug would commit now.</summary>
    private LogIndex? WronglyCommitted()
    {
        ConsensusStatus status = _inner.Status;
        switch (_cluster.World.Mutation)
        {
            case Mutations.CommitOldTerm:
                return Quorum.Committable(status.Configuration, MatchOf);
            case Mutations.SmallQuorum:
                List<LogIndex> held = [.. status.Configuration.Voters.Select(MatchOf).OrderDescending()];
                return held[Math.Max(Quorum.Majority(held.Count) - 2, 0)] is var index && _terms.GetValueOrDefault(index.Value) == status.Term
                    ? index : null;
            default:
                return null;
        }

        LogIndex MatchOf(NodeId node)
        {
            if (node == status.Self) return status.Persisted;
            foreach ((NodeId peer, LogIndex match, _) in status.Progress)
                if (peer == node) return match;
            return LogIndex.Zero;
        }
    }
}
