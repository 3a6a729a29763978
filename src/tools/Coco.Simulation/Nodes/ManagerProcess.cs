using Coco.Governance;
using Coco.Ledgers;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.Checks;
using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>
/// One run of a manager: the production sequencer, and around it the deterministic twin of its shell (the same effects in the same
/// order, with the same meaning).
/// </summary>
internal sealed class ManagerProcess : IDisposable
{
    private const long ContactEvery = 100 * SimulationWorld.Millisecond;

    private readonly SimulationWorld _world;
    private readonly Cluster _cluster;
    private readonly Host _host;
    private readonly ReplicaEffects _effects = new();
    private readonly Queue<ReplicaInput> _own = new();
    private readonly SealedContent? _sealed;
    private readonly DiskQueue _disk;
    private readonly Replica.Replica _replica;
    private readonly WatchedFactory _plug;
    private readonly SnapshotTwin _snapshots;
    private NodeKey _key;
    private EntryCipher? _cipher;
    private LedgerChunks? _chunks;
    private LedgerReader? _reader;
    private LogIndex _checked;
    private NodeId? _resumed;
    private (Consensus.Configuration? Configuration, GovernanceState? State) _compared;
    private GovernanceState? _before;
    private PeersChangedEffect? _peers;
    private bool _isStepping;

    public ManagerProcess(Cluster cluster, Host host, GovernanceEntry.Genesis? genesis, NodeKey key)
    {
        (_cluster, _world, _host, _key) = (cluster, cluster.World, host, key);
        StartedAt = _world.Now;
        _sealed = host.Disk.Sealed;
        _disk = new DiskQueue(_world, host, Seal, ticket => Give(new DiskInput(ticket)), () => IsAlive, OnDiskFailure);
        _plug = new WatchedFactory(cluster, host);
        RecoveredLog log = LedgerStart.Open(cluster, host, _sealed?.State);
        _checked = new LogIndex((log.Chunks?.First.Value ?? 1) - 1);
        if (_sealed is not null || genesis is not null) _cipher = cluster.NewCipher();
        if (log.Chunks is { } chunks) UseChunks(chunks);
        else if (genesis is not null) UseChunks(NewChunks(cluster.Network));
        var settings = new Consensus.ConsensusSettings
        {
            ElectionTimeoutTicks = cluster.ElectionTimeoutMs / 10,
            HeartbeatTicks = Math.Max(cluster.ElectionTimeoutMs / 80, 1),
            MaxCachedBytes = cluster.CachedBytes,
            MaxAppendBytes = cluster.Limits.MaxAppendBytes,
            MaxInflightAppends = cluster.Limits.MaxInflightAppends,
            MaxUncommittedEntries = cluster.Limits.MaxUncommittedEntries,
            MaxUncommittedBytes = cluster.Limits.MaxUncommittedBytes,
        };
        EntrySalt salt = DrawSalt();
        Offers = new OfferedSnapshots(cluster, host);
        Addressing = new Addressing(cluster, host);
        _snapshots = new SnapshotTwin(cluster, host, this, salt);
        var start = new ReplicaStart(
            host.Name, key.PublicKey, salt, _world.Random.NextUInt64(), _plug, settings, cluster.PieceBytes)
        {
            Signatures = SimulatedSignatures.Instance,
            KeptLeaves = cluster.Limits.KeptLeaves,
            CaughtUpEntries = cluster.Limits.CaughtUpEntries,
            FeedBytes = cluster.Limits.FeedBytes,
            CertificateTicks = cluster.Limits.CertificateTicks,
            JudgeEvidence = SimulatedEvidence.Judge,
            NonceSeed = Coco.Crypto.Sha256.Hash(key.PublicKey.Span),
        };
        _replica = genesis is null
            ? Coco.Replica.Replica.Start(start, log, _cipher, isSealingAllowed: true)
            : Coco.Replica.Replica.Found(start, log with { Chunks = _chunks }, _cipher!, genesis);
        Governance = _replica.State;
    }

    public bool IsAlive { get; private set; } = true;

    public long StartedAt { get; }

    /// <summary>As of the last change that was carried out; null: it is in no network yet.</summary>
    public GovernanceState? Governance { get; private set; }

    /// <summary>Null: it does not take part yet.</summary>
    public long? TakesPartSince { get; private set; }

    /// <summary>The worker's connection; what the sequencer wants to say to its worker goes here.</summary>
    public BoundaryLink? Link { get; set; }

    public Replica.Replica Replica => _replica;

    public OfferedSnapshots Offers { get; }

    public Addressing Addressing { get; }

    /// <summary>Whether it lets the VN of this name open a link; stricter than the product, which keeps links that there are.</summary>
    public bool Admits(string name) => _peers is not { IsOpen: false } peers || peers.Known.Any(peer => peer.Name == name);

    public bool IsTakingSnapshot => _snapshots?.IsTaking == true;

    public bool IsInstallingSnapshot => _snapshots?.IsInstalling == true;

    public void Start()
    {
        _world.After(_world.Random.Between(0, 10_000), Tick);
        if (_replica.Self == NodeId.None) Contact();
    }

    /// <summary>kill -9: nothing more comes of this process.</summary>
    public void End()
    {
        IsAlive = false;
        Link?.Close();
        Dispose();
    }

    public void Dispose()
    {
        _cipher?.Dispose();
        _snapshots.Dispose();
    }

    /// <summary>A piece of the state that the worker was asked for.</summary>
    public void OnSnapshotPiece(LogIndex index, byte[] bytes, bool isLast) => _snapshots.OnPiece(index, bytes, isLast);

    /// <summary>While an effect is carried out.</summary>
    public void GiveOwn(ReplicaInput input) => _own.Enqueue(input);

    public void OnPeer(string from, ReadOnlyMemory<byte> key, PeerMessage message)
    {
        if (message is JoinAccepted accepted && !TryAccept(accepted)) return;
        Give(new PeerInput(from, key, message is JoinAccepted joined ? joined with { Keys = default } : message));
    }

    public void OnWorkerGone(BoundaryLink link)
    {
        if (!IsAlive || Link != link) return;
        Link = null;
        _snapshots.OnWorkerGone();
        Give(WorkerGoneInput.Instance);
    }

    /// <summary>From outside of the sequencer: one step, and all that follows of it.</summary>
    public void Give(ReplicaInput input)
    {
        if (!IsAlive || _world.IsBroken) return;
        if (_host.PausedUntil > _world.Now)
        {
            _world.After(_host.PausedUntil - _world.Now, () => Give(input));
            return;
        }
        if (_isStepping)
        {
            _own.Enqueue(input);
            return;
        }
        _isStepping = true;
        try
        {
            Step(input);
            while (IsAlive && _own.TryDequeue(out ReplicaInput? own)) Step(own);
        }
        catch (InvariantException broken)
        {
            _world.Violate("invariant", $"{_host.Name} (manager): {broken.Message} {FirstFrame(broken)}");
        }
        catch (IOException problem)
        {
            OnDiskFailure(problem.Message);
        }
        _isStepping = false;
        CheckDisk();
        _cluster.Faults.OnStep(_host);
    }

    internal static string FirstFrame(Exception broken) =>
        string.Join(" < ", (broken.StackTrace ?? "").Split('\n').Skip(2).Take(3).Select(line => line.Trim().Split('(')[0].Replace("at ", "", StringComparison.Ordinal)));

    /// <summary>Compares what is on this VN's disk, and committed as far as it knows, with what every other VN has.</summary>
    public void CheckDisk()
    {
        if (!IsAlive || _reader is null || _replica.Consensus is not { } consensus || _world.IsBroken) return;
        LogIndex last = _replica.Committed < consensus.Persisted ? _replica.Committed : consensus.Persisted;
        _host.Disk.Reads.IsChecked = true;
        while (_checked < last)
        {
            _checked = _checked.Next();
            if (_reader.TryReadFrame(_checked, out ReadOnlyMemory<byte> frame) is { } problem)
                _world.Violate("ledger", $"{_host.Name} can't read entry {_checked}: {problem.Message}");
            else
                _cluster.Ledger.OnCommitted(_host, _checked, frame);
        }
        _host.Disk.Reads.IsChecked = false;
    }

    /// <summary>A batch as this VN's own ledger files hold it, for who reads old ones; null where they do not reach back so far, or it is not theirs to read now.</summary>
    public BatchRecord? TryReadBatch(LogIndex index)
    {
        if (!IsAlive || _reader is not { } reader || _cipher is not { } cipher || index > _replica.Consensus?.Persisted || index < _replica.First) return null;
        _host.Disk.Reads.IsChecked = true;
        LedgerProblem? problem = reader.TryReadFrame(index, out ReadOnlyMemory<byte> bytes);
        _host.Disk.Reads.IsChecked = false;
        if (problem is not null || !EntryFrame.TryParse(bytes, out EntryFrame frame)) return null;
        byte[] plain = new byte[frame.PlaintextLength];
        return cipher.TryOpen(in frame, plain) && BatchRecord.TryDecode(plain, out BatchRecord? record) ? record : null;
    }

    private void Tick()
    {
        if (!IsAlive) return;
        if (_host.PausedUntil <= _world.Now && _host.ClockStoppedUntil <= _world.Now)
        {
            Give(new TickInput(_host.UnixMs));
            if (IsAlive)
            {
                Addressing.OnTick(this);
                Offers.OnTick(this);
                Link?.Standing?.OnTick(Link);
            }
        }
        // After a pause, the ticks that were missed are not made up for.
        _world.After(_host.TickLength, Tick);
    }

    /// <summary>
    /// Until it has joined, a VN with an empty disk keeps a link to the VN that its operator named. One that was away so long that its
    /// ledger names nobody who is left is set up anew.
    /// </summary>
    private void Contact()
    {
        if (!IsAlive || _replica.Self != NodeId.None) return;
        if (_replica.State is { } state)
        {
            List<Host> others = [.. _cluster.Hosts.Where(other => other != _host && other.IsWanted)];
            if (others.Count > 0 && !others.Exists(other => IsNamed(state, other.Name)))
            {
                _cluster.SetUpAnew(_host);
                return;
            }
        }
        else
        {
            Host contact = _cluster.ContactOf(_host);
            if (_cluster.Links.IsOpen(_host, contact) && _cluster.Links.IsOpen(contact, _host)) Give(new LinkInput(contact.Name));
        }
        _world.After(ContactEvery, Contact);
    }

    private static bool IsNamed(GovernanceState state, string name) => state.Constitution.FindNode(name) is not null || state.Nodes.Any(node => node.Name == name);

    private void Step(ReplicaInput input)
    {
        _world.Trace.Add(_world.Now, _host.Number, input.GetType().Name, (_replica.Last.Value << 32) ^ _replica.Committed.Value);
        (LogIndex committed, LogIndex last) = (_replica.Committed, _replica.Last);
        _before = _replica.State;
        if (input is PeerInput peer) Addressing.OnPeer(peer.From);
        _replica.Step(input, _effects);
        if (_replica.Last < last) CheckCut();
        if (_replica.Committed < committed) _world.Violate("commit index", $"{_host.Name} went back from {committed} to {_replica.Committed}");
        _cluster.Ledger.OnBatch(_replica.CommittedBatch);
        CheckConfiguration();
        for (int i = 0; i < _effects.Count && IsAlive; i++)
        {
            if (_cluster.Faults.CrashesAt(_host, _effects[i].GetType().Name)) break;
            CarryOut(_effects[i]);
        }
        if (IsAlive) Addressing.OnStepped(_before, _replica.State);
        _effects.Clear();
    }

    /// <summary>
    /// The log gets shorter: the disk does not yet. What is committed anywhere stays where a quorum needs it. One that made an entry which others
    /// brought to a quorum without it, after they had shown that they lack it, is not counted for it before it holds it again.
    /// </summary>
    private void CheckCut()
    {
        _host.Disk.Reads.IsChecked = true;
        LogIndex first = _replica.Last.Next();
        if (LedgerStart.Look(_cluster, _host, _sealed?.State) is { } reader && reader.TryReadFrame(first, out ReadOnlyMemory<byte> frame) is null)
            if (_cluster.Ledger.Holds(first, frame) && !IsQuorumWithoutThis(first, frame)) _world.Violate("committed entry cut", $"{_host.Name} cuts off entry {first}, which is committed");
        _host.Disk.Reads.IsChecked = false;
    }

    private bool IsQuorumWithoutThis(LogIndex index, ReadOnlyMemory<byte> bytes) =>
        _cluster.Governance is { } state && EntryFrame.TryParse(bytes, out EntryFrame frame) && Consensus.Quorum.Holds(
            Cluster.MembershipOf(state), node => _cluster.HostOf(node) is { } other && other != _host && Promises.Holds(other, index, frame.Header.Term));

    /// <summary>Consensus and governance know the same voters wherever nothing is under way.</summary>
    private void CheckConfiguration()
    {
        if (_replica.Consensus is not { } consensus || _replica.State is not { } state || consensus.Last.Index != _replica.Committed) return;
        if (ReferenceEquals(_compared.Configuration, consensus.Configuration) && ReferenceEquals(_compared.State, state)) return;
        _compared = (consensus.Configuration, state);
        bool isSame = consensus.Configuration.Voters.SequenceEqual(state.Membership.Voters)
            && consensus.Configuration.Learners.SequenceEqual(state.Membership.Learners);
        if (!isSame) _world.Violate("configuration", $"{_host.Name}: consensus has {consensus.Configuration}, governance ({string.Join(' ', state.Membership.Voters)})");
    }

    private void CarryOut(ReplicaEffect effect)
    {
        switch (effect)
        {
            case SendEffect send: Send(send); break;
            case ConnectEffect connect: Connect(connect.Address); break;
            case PeersChangedEffect peers: OnPeers(peers); break;
            case SignEffect sign: _own.Enqueue(new SignedInput(sign.Ticket, _key.Sign(sign.Digest))); break;
            case DiskEffect disk: _disk.Post(disk); break;
            case ReadLogEffect read: ReadLog(read); break;
            case AdmittedEffect admitted:
                _world.Note(_host.Name, $"takes part as {admitted.Self}");
                TakesPartSince = _world.Now;
                _cluster.OnAdmitted(_host, admitted.Self, isResumed: _resumed == admitted.Self);
                break;
            case ResumedEffect resumed:
                (_key, _resumed) = (_sealed!.Key, resumed.Self);
                _world.Note(_host.Name, $"resumes as {resumed.Self}");
                break;
            case ProduceEvidenceEffect produce: Produce(produce.Nonce); break;
            case JudgeEvidenceEffect judge: Judge(judge); break;
            case EvidenceCommittedEffect committed: CheckEvidence(committed); break;
            case QuarantinedEffect: OnQuarantined(); break;
            case HaltEffect halt: Halt(halt.Reason); break;
            case AlertEffect alert: OnAlert(alert); break;
            case TraceEffect trace: _world.Note(_host.Name, trace.Text); break;
            case GovernanceAnswerEffect answer: _cluster.Governors.OnAnswer(answer.Ticket, answer.Answer); break;
            case GovernanceChangedEffect changed: OnGovernance(changed); break;
            case LedgerReplacedEffect replaced: OnReplaced(replaced.Chunks); break;
            case SnapshotInstalledEffect:
                _world.Counters.SnapshotsInstalled++;
                _snapshots.OnInstalled();
                break;
            case DropWorkerEffect drop:
                _world.Note(_host.Name, $"drops its worker: {drop.Reason}");
                Link?.Close();
                break;
            default:
                if (!_snapshots.TryCarryOut(effect)) ToWorker(effect);
                break;
        }
    }

    /// <summary>No VN of an honest network has reason to say that others differ.</summary>
    private void OnAlert(AlertEffect alert)
    {
        _world.Note(_host.Name, $"ALERT {alert.Kind}: {alert.Text}");
        if (alert.Kind is "divergence" or "evidence") _world.Violate(alert.Kind, $"{_host.Name}: {alert.Text}");
    }

    /// <summary>Entries that came by the snapshot were seen on others.</summary>
    private void OnReplaced(LedgerChunks chunks)
    {
        UseChunks(chunks);
        if (_checked.Value < chunks.First.Value - 1) _checked = new LogIndex(chunks.First.Value - 1);
    }

    /// <summary>The product stops only where a rule is broken, or asks its supervisor for a new start.</summary>
    private void Halt(string reason)
    {
        _world.Note(_host.Name, $"HALT {reason}");
        if (reason.StartsWith("a new start is needed", StringComparison.Ordinal) || _host.Disk.Reads.AreFaulty) _world.After(0, () => _cluster.Restart(_host));
        else _world.Violate("halt", $"{_host.Name} stops: {reason}");
    }

    private void Send(SendEffect send)
    {
        CheckQuarantine(send.To, send.Message);
        if (send.Message is SnapshotOffer offer) Offers.OnOffer(send.To, offer);
        if (send.Message is ConsensusPeerMessage consensus) Addressing.OnSent(send.To, consensus.To);
        if (send.Message is ConsensusPeerMessage { Frames.Count: > 0 }) Offers.OnEntries(send.To);
        _cluster.Links.Send(_host, _key.PublicKey, send.To, send.Message switch
        {
            JoinAccepted accepted => accepted with { Keys = new byte[] { 1 } },
            JoinRequest request => request with { Evidence = SimulatedEvidence.Make(_key.PublicKey.Span, Hash256.Zero) },
            _ => send.Message,
        });
    }

    /// <summary>
    /// Nothing of the ledger, no vote and no key goes to one whose lease this VN knows to have ended; one that is behind may know of an
    /// end that was taken back since.
    /// </summary>
    private void CheckQuarantine(string to, PeerMessage message)
    {
        if (message is EvidenceAsk or EvidenceGive or EvidenceWanted or Probe or ProbeAnswer or JoinRequest or JoinRefused) return;
        bool isOutcast = _before?.CurrentOf(to)?.IsQuarantined == true && _replica.State?.CurrentOf(to)?.IsQuarantined == true
            && _cluster.Governance?.CurrentOf(to)?.IsQuarantined == true;
        if (isOutcast) _world.Violate("quarantine", $"{_host.Name} sends {message.GetType().Name} to {to}, whose lease has ended");
    }

    private void Connect(string address)
    {
        Host leader = _cluster.Hosts.First(host => Organisations.NodeOf(host.Name).Address == address);
        if (_cluster.Links.IsOpen(_host, leader)) _own.Enqueue(new LinkInput(leader.Name));
    }

    private void OnPeers(PeersChangedEffect peers)
    {
        _peers = peers;
        _cluster.LinkAnew(_host);
    }

    private bool TryAccept(JoinAccepted accepted)
    {
        if ((_replica.Self != NodeId.None && !_replica.NeedsKeys) || accepted.Keys.IsEmpty) return false;
        _cipher?.Dispose();
        _cipher = _cluster.NewCipher();
        if (_replica.NeedsKeys)
        {
            _replica.GiveKeys(_cipher);
            return true;
        }
        if (_chunks is null) UseChunks(NewChunks(accepted.Network));
        _replica.PrepareToJoin(_cipher, _chunks!);
        return true;
    }

    /// <summary>Evidence of a simulated platform: its key's digest and the nonce, some time later; none while the host withholds it.</summary>
    private void Produce(Hash256 nonce)
    {
        byte[] evidence = SimulatedEvidence.Make(_key.PublicKey.Span, nonce);
        _world.After(_world.Random.Between(1, 60) * SimulationWorld.Millisecond, () =>
        {
            if (_host.WithheldUntil <= _world.Now) Give(new EvidenceProducedInput(nonce, evidence));
        });
    }

    private void Judge(JudgeEvidenceEffect judge)
    {
        string? refusal = SimulatedEvidence.Judge(judge.Evidence.Span, judge.Node.PublicKey.Span, judge.Nonce);
        _own.Enqueue(new EvidenceJudgedInput(judge.Node.Id, judge.Nonce, judge.Evidence, refusal));
    }

    /// <summary>Nothing that a VN would refuse is ever committed.</summary>
    private void CheckEvidence(EvidenceCommittedEffect committed)
    {
        if (SimulatedEvidence.Judge(committed.Entry, committed.Before) is { } refusal)
            _world.Violate("evidence", $"{_host.Name} finds in entry {committed.At}: {refusal}");
    }

    private void OnQuarantined()
    {
        _world.CountFault("quarantined", _host.Name);
        _cipher?.Dispose();
        _cipher = null;
    }

    private void ReadLog(ReadLogEffect read)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        LogIndex last = _replica.Consensus?.Persisted ?? LogIndex.Zero;
        int bytes = 0;
        string? lost = null;
        for (LogIndex index = read.First; index <= last && bytes < read.MaxBytes; index = index.Next())
        {
            if (_reader!.TryReadFrame(index, out ReadOnlyMemory<byte> frame) is { } problem)
            {
                lost = problem.Message;
                if (!_host.Disk.Reads.AreFaulty) _world.Violate("ledger", $"{_host.Name} can't read entry {index} back: {lost}");
                break;
            }
            frames.Add(frame);
            bytes += frame.Length;
        }
        _own.Enqueue(lost is null ? new LogReadInput(read.Reader, read.First, frames) : new LedgerLostInput(lost));
    }

    private void OnGovernance(GovernanceChangedEffect changed)
    {
        bool isChanged = Governance?.Version != changed.State.Version;
        Governance = changed.State;
        if (isChanged) Link?.Standing?.OnGovernance(Link, changed.State);
        _cluster.OnGovernance(changed.State, changed.At);
    }

    private void ToWorker(ReplicaEffect effect)
    {
        if (Link is not { } link || (effect is WelcomeWorkerEffect welcome && link.Standing?.Welcomes(link, welcome.State) == false)) return;
        link.ToWorker(worker => worker.OnManager(effect));
        if (effect is WelcomeWorkerEffect { Snapshot: { } snapshot }) _snapshots.Feed(snapshot.Index, link);
    }

    /// <summary>The product's process ends where its disk fails, and is started again by its supervisor.</summary>
    private void OnDiskFailure(string problem)
    {
        _world.Note(_host.Name, $"ends: {problem}");
        _cluster.Restart(_host);
    }

    private void Seal(SealedState state) => _host.Disk.Seal(new SealedContent(state, _key));

    private EntrySalt DrawSalt() => new(_world.Random.NextUInt64(), _world.Random.NextUInt64());

    private LedgerChunks NewChunks(Hash256 network) =>
        new(_host.Disk, network, MerkleFrontier.Empty, Hash256.Zero, _cluster.ChunkBytes);

    private void UseChunks(LedgerChunks chunks)
    {
        _chunks = _host.Chunks = chunks;
        _reader = new LedgerReader(_host.Disk, chunks);
    }
}
