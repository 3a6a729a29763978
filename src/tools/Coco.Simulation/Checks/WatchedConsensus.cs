using Coco.Consensus;
using Coco.Consensus.Raft;
using Coco.Log;
using Coco.Primitives;
using Coco.Simulation.Nodes;

namespace Coco.Simulation.Checks;

/// <summary>Makes Raft plugs that are watched.</summary>
internal sealed class WatchedFactory(Cluster cluster, Host host) : IConsensusFactory
{
    private readonly RaftFactory _inner = new();

    public string Name => _inner.Name;

    public IConsensus Create(ConsensusStart start) => new WatchedConsensus(cluster, host, _inner.Create(start), start);
}

/// <summary>
/// Watches a plug: one leader in a term (election safety), commits by counting entries of the leader's own term alone (Raft 5.4.2) and
/// only what a quorum's disks hold (CON-3), changes of membership one after the other (Raft 6), read indexes that miss nothing
/// (Raft 6.4), and promises that the disk can keep (<see cref="Promises"/>).
/// </summary>
internal sealed class WatchedConsensus : IConsensus
{
    private readonly Cluster _cluster;
    private readonly Host _host;
    private readonly IConsensus _inner;
    private readonly Promises _promises;
    private readonly SortedDictionary<ulong, Term> _terms = [];

    /// <summary>What was committed anywhere when a read asked.</summary>
    private readonly Dictionary<ulong, LogIndex> _reads = [];
    private Configuration _configuration;
    private LogIndex _configurationAt;
    private LogIndex _committed;

    public WatchedConsensus(Cluster cluster, Host host, IConsensus inner, ConsensusStart start)
    {
        (_cluster, _host, _inner) = (cluster, host, inner);
        _promises = new Promises(cluster, host);
        _committed = start.Base.Index;
        _configuration = start.Configuration;
        foreach (ConsensusEntry entry in start.Entries) Note(entry);
    }

    public ConsensusStatus Status => _inner.Status;

    public void Step(ConsensusInput input, ConsensusEffects effects)
    {
        if (input is ReceivedInput received && _host.Manager?.Replica.State?.Find(received.From) is { IsQuarantined: true }
            && _cluster.Governance?.Find(received.From) is { IsQuarantined: true })
            _cluster.World.Violate("quarantine", $"{_host.Name} takes a message of {received.From}, whose lease has ended");
        if (input is ReceivedInput { From: var from }) _host.Manager?.Addressing.OnHeard(from);
        if (input is SnapshotInstalledInput installed) OnInstalled(installed);
        if (input is EntriesReadInput { Entries.Count: 0 } refused) _host.Manager?.Offers.OnRefused(refused.For, refused.First);
        if (input is ReadIndexInput read) _reads[read.Request] = _cluster.Ledger.CommittedAnywhere;
        ConsensusStatus before = _inner.Status;
        int first = effects.Count;
        _inner.Step(input, effects);
        bool isLeader = before.Role == ConsensusRole.Leader && _inner.Status.Term == before.Term;
        for (int i = first; i < effects.Count; i++) Watch(effects[i], isLeader);
    }

    private void OnInstalled(SnapshotInstalledInput installed)
    {
        if (installed.Snapshot.Index <= _committed)
            _cluster.World.Violate("install", $"{_host.Name} installs a snapshot of entry {installed.Snapshot.Index}, but {_committed} is committed");
        _committed = installed.Snapshot.Index;
        _terms.Clear();
        (_configuration, _configurationAt) = (installed.Configuration, installed.Snapshot.Index);
    }

    private void Watch(ConsensusEffect effect, bool isLeader)
    {
        switch (effect)
        {
            case RoleChangedEffect { Role: ConsensusRole.Leader } role:
                _cluster.Ledger.OnLeader(_host, _inner.Status.Self, role.Term);
                break;
            case RolledBackEffect rolledBack: OnRolledBack(rolledBack.Index); break;
            case PersistEffect persist: OnPersist(persist, isLeader); break;
            case CommittedEffect committed: OnCommitted(committed.Index, isLeader); break;
            case SendEffect send:
                _promises.OnSend(_inner.Status.Self, send, TermAt);
                _host.Manager?.Addressing.OnWanted(send.To);
                break;
            case ReadIndexEffect read: OnRead(read); break;
        }
    }

    private Term? TermAt(LogIndex index) => _terms.TryGetValue(index.Value, out Term term) ? term : null;

    private void Note(ConsensusEntry entry)
    {
        _terms[entry.Index.Value] = entry.Term;
        if (entry.Configuration is { } configuration)
        {
            (_configuration, _configurationAt) = (configuration, entry.Index);
            _host.Change = (entry.Position, configuration, SignerOf(entry));
        }
        else if (_host.Change is { } change && change.At.Index > _committed && change.Maker != NodeId.None && SignerOf(entry) != change.Maker)
        {
            _host.Change = change with { Maker = NodeId.None }; // another leader counts on this VN for it
        }
    }

    private static NodeId SignerOf(ConsensusEntry entry) => EntryFrame.TryParse(entry.Frame, out EntryFrame frame) ? frame.Signer : NodeId.None;

    private void OnRolledBack(LogIndex to)
    {
        foreach (ulong index in _terms.Keys.Where(index => index > to.Value).ToList()) _terms.Remove(index);
        if (_configurationAt > to) _configurationAt = _committed; // what counts now was committed, or is seen again
        if (_host.Change?.At.Index > to) _host.Change = null;
        if (to < _committed)
            _cluster.World.Violate("state machine safety", $"{_host.Name} cuts the log after {to}, but {_committed} is committed");
    }

    private void OnPersist(PersistEffect persist, bool isLeader)
    {
        foreach (ConsensusEntry entry in persist.Append)
        {
            bool isChange = isLeader && entry.Configuration is { } next && !next.Equals(_configuration) && entry.Index.Value > 1;
            if (isChange && _configurationAt > _committed)
                _cluster.World.Violate("one change at a time", $"{_host.Name} begins a change at entry {entry.Index}, but that of entry {_configurationAt} is not committed");
            if (isChange && TermAt(_committed) != entry.Term)
                _cluster.World.Violate("own term first", $"{_host.Name} begins a change at entry {entry.Index} before it has committed in term {entry.Term}");
            if (isChange) _cluster.Faults.OnChange();
            Note(entry);
        }
    }

    private void OnCommitted(LogIndex index, bool isLeader)
    {
        if (index <= _committed) return;
        _committed = index;
        if (!isLeader) return;
        ConsensusStatus status = _inner.Status;
        _cluster.Ledger.OnCommittedByLeader(index);
        if (TermAt(index) is not { } term) return;
        if (term != status.Term)
            _cluster.World.Violate("commit by counting", $"{_host.Name}, leader of term {status.Term}, commits entry {index} of term {term}");
        if (status.Role == ConsensusRole.Leader) _promises.OnCommit(status.Configuration, index, term);
    }

    private void OnRead(ReadIndexEffect read)
    {
        if (_cluster.World.Profile.RollsAllBack) return; // what was committed may be gone
        if (!_reads.Remove(read.Request, out LogIndex known) || read.Index is not { } index || index >= known) return;
        _cluster.World.Violate("read index", $"{_host.Name} gives {index} to a read that came when {known} was committed");
    }
}
