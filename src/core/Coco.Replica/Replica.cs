using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// The manager's half of a validating node as a state machine: the sequencer (architecture rule 1). Whatever gives out an index, appends,
/// commits, rolls back, or changes role, term or governance happens in <see cref="Step"/>, by one thread, from its inputs alone.
/// </summary>
public sealed class Replica
{
    private readonly ReplicaContext _context;
    private readonly EntryMaker _maker;
    private readonly FollowerCheck _check;
    private readonly WorkerFeed _worker;
    private readonly ProposalDesk _proposals;
    private readonly Certifier _certifier;
    private readonly MembershipDesk _membership;
    private readonly GovernanceDesk _governance;
    private readonly ReadIndexDesk _reads;
    private readonly LeftBehind _leftBehind;
    private readonly Leases _leases;
    private readonly PeerList _peers;
    private readonly SnapshotOffers _offers;
    private readonly SnapshotDesk _snapshots;
    private readonly SnapshotFetch _fetch;
    private readonly Backfill _backfill;
    private readonly ConsensusEffects _consensusEffects = new();
    private readonly Queue<(ulong Own, ulong Plug)> _tickets = new();
    private readonly RecoveredLog _log;
    private LedgerWriter? _writer;
    private FetchedSnapshot? _installing;
    private ulong _installTicket;
    private readonly GovernanceEntry.Genesis? _genesis;
    private Rejoin? _rejoin;
    private ulong _ticket;
    private Term _ledTerm;
    private Term _readyTerm;
    private bool _isStepping;
    private bool _isHalted;
    private bool _hasStepped;

    private Replica(ReplicaStart start, RecoveredLog log, EntryCipher? cipher, GovernanceEntry.Genesis? genesis)
    {
        _log = log;
        _writer = log.Chunks is { } chunks ? new LedgerWriter(chunks) : null;
        _genesis = genesis;
        _context = new ReplicaContext
        {
            Start = start,
            Tail = new LogTail(log.Tree, log.Committed, log.CommittedLeaf, log.CommittedState, log.CommittedBatch, log.Points, start.KeptLeaves),
            Cipher = cipher,
            Chunks = log.Chunks,
        };
        foreach (KnownSnapshot snapshot in log.Snapshots) _context.Snapshots.Add(snapshot);
        _maker = new EntryMaker(_context);
        _check = new FollowerCheck(_context);
        _worker = new WorkerFeed(_context);
        _proposals = new ProposalDesk(_context, _maker);
        _certifier = new Certifier(_context, _maker);
        _membership = new MembershipDesk(_context, _maker);
        _governance = new GovernanceDesk(_context, _maker);
        _reads = new ReadIndexDesk(_context);
        _leftBehind = new LeftBehind(_context);
        _peers = new PeerList(_context, _leftBehind);
        _leases = new Leases(_context, _maker, _membership, _worker, _leftBehind);
        _offers = new SnapshotOffers(_context);
        _snapshots = new SnapshotDesk(_context, _maker, _offers);
        _fetch = new SnapshotFetch(_context);
        _backfill = new Backfill(_context, () => NextTicket(0));
    }

    /// <summary>The first VN of a new network (NET-2): alone it is a quorum, and writes genesis as its first entry.</summary>
    public static Replica Found(ReplicaStart start, RecoveredLog empty, EntryCipher cipher, GovernanceEntry.Genesis genesis)
    {
        var replica = new Replica(start, empty, cipher, genesis);
        Invariant.Holds(genesis.Membership is not null, "genesis says who takes part");
        replica.Activate(new NodeId(1), default, MembershipDesk.ToConfiguration(genesis.Membership));
        return replica;
    }

    /// <summary>A VN that joins, or starts again over its ledger: it asks its peers before it takes part.</summary>
    public static Replica Start(ReplicaStart start, RecoveredLog log, EntryCipher? cipher, bool isSealingAllowed)
    {
        log.Tree.TruncateTo(log.Committed.Index); // the tail is taken in again below
        var replica = new Replica(start, log, cipher, null);
        foreach (ReadOnlyMemory<byte> frame in log.Tail)
        {
            string? problem = replica._check.TryAppend(frame);
            Invariant.Holds(problem is null, $"a checked ledger can be read again: {problem}");
        }
        replica._rejoin = new Rejoin(replica._context, log, isSealingAllowed);
        return replica;
    }

    /// <summary>This incarnation; none before it is admitted.</summary>
    public NodeId Self => _context.Self;

    /// <summary>Null before this VN takes part.</summary>
    public ConsensusStatus? Consensus => _context.ConsensusOrNull?.Status;

    /// <summary>Governance as of the last committed entry; null before there is one.</summary>
    public GovernanceState? State => _context.Tail.CommittedState;

    public LogIndex Last => _context.Tail.Last;
    public LogIndex Committed => _context.Tail.Processed;
    public BatchNumber? CommittedBatch => _context.Tail.CommittedBatch;
    public bool IsWorkerLive => _worker.IsLive;

    /// <summary>The first entry that this VN's files are known to hold.</summary>
    public LogIndex First => _context.Chunks?.First ?? new LogIndex(1);

    /// <summary>Ledger files are being replaced by that of a snapshot: until it is done, what is known of them may not be what they hold.</summary>
    public bool IsInstalling => _installing is not null;

    /// <summary>The newest snapshot that may be used; null: none.</summary>
    public LogIndex? Snapshot => _context.Snapshots.Newest?.Index;

    /// <summary>What an operator must do before this VN can go on; empty: nothing.</summary>
    public string Needs => _rejoin?.Needs ?? "";

    /// <summary>Its lease has ended: by a quorum's word, or by its own clock.</summary>
    public bool IsQuarantined => _context.IsSuspended;

    /// <summary>It has no keys.</summary>
    public bool NeedsKeys => _context.IsQuarantined;

    /// <summary>A leader that has left by the last entries only sees them committed: others don't know its key after that.</summary>
    private bool MayLead => _context.IsActive && !_context.IsQuarantined && _context.IsLeader && _readyTerm == _context.Consensus.Status.Term
        && _context.State.Membership.Contains(_context.Self);

    /// <summary>Takes one input and adds what must be done about it, in order.</summary>
    public void Step(ReplicaInput input, ReplicaEffects effects)
    {
        if (_isHalted) return;
        TakeOver(effects);
        Dispatch(input);
        if (_fetch.Ready is { } ready && _installing is null) BeginInstall(ready);
        while (!_isHalted && _context.Later.TryDequeue(out ConsensusInput? later)) StepPlug(later);
        if (_context.Broken is { } reason) Halt(reason);
        if (!_context.IsActive || _isHalted) return;
        _worker.WelcomeIfPossible();
        if (!IsInstalling) _worker.Continue();
        _worker.TellRole(MayLead);
        if (_worker.IsLive) _reads.Release(); // what a read must see was sent to a worker only when it has caught up
    }

    /// <summary>Effects from now on go to <paramref name="effects"/>, those of the making of this sequencer first.</summary>
    private void TakeOver(ReplicaEffects effects)
    {
        ReplicaEffects before = _context.Effects;
        _context.Effects = effects;
        if (ReferenceEquals(before, effects) || _hasStepped) return;
        _hasStepped = true;
        for (int i = 0; i < before.Count; i++) effects.Add(before[i]);
    }

    private void Dispatch(ReplicaInput input)
    {
        switch (input)
        {
            case TickInput tick: OnTick(tick); break;
            case PeerInput peer: OnPeer(peer); break;
            case LinkInput link: _context.Linked.Add(link.Node); break;
            case LinkBrokenInput broken: OnLinkBroken(broken.Node); break;
            case SignedInput signed: OnSigned(signed); break;
            case DiskInput disk: OnDisk(disk); break;
            case LedgerLostInput lost: Halt($"a new start is needed: {lost.Problem}"); break; // which looks what is left of the files
            case LogReadInput read: OnLogRead(read); break;
            case WorkerConnectedInput: OnWorkerGone(); _worker.OnConnected(); break;
            case WorkerReadyInput ready: _worker.OnReady(ready.Version); break;
            case WorkerGoneInput: OnWorkerGone(); break;
            case ProposalInput proposal: _proposals.OnProposal(proposal, MayLead); break;
            case ForwardInput forward: _worker.OnForward(forward); break;
            case AnswerForwardInput answer: _context.Send(answer.To, new TransactionsAnswer(answer.Answer)); break;
            case ReadIndexRequestInput read: _reads.OnWorker(read.Request, StepPlug); break;
            case GovernanceInput governance: _governance.OnRequest(governance, MayLead); break;
            case HandOverInput: HandOver(); break;
            default: DispatchSnapshot(input); break;
        }
    }

    private void DispatchSnapshot(ReplicaInput input)
    {
        switch (input)
        {
            case SnapshotWrittenInput written: _snapshots.OnWritten(written); break;
            case SnapshotLostInput lost:
                if (_context.FeedingFrom == lost.Index) _worker.Drop("its snapshot can't be read");
                _snapshots.OnLost(lost);
                break;
            case ChunkFoundInput found: _backfill.OnFound(found); break;
            case PieceReadInput read: _context.Send(read.For, read.Piece); break;
            default: Invariant.Holds(_fetch.TryTake(input) || _leases.TryTake(input), $"unknown input {input.GetType().Name}"); break;
        }
    }

    private void OnTick(TickInput tick)
    {
        _context.Now++;
        _context.UnixMs = Math.Max(_context.UnixMs, tick.UnixMs);
        _peers.OnTick();
        if (!_context.IsActive)
        {
            _rejoin!.OnTick(_context.PeerNames());
            if (_rejoin.ResumeTerm is { } term) Resume(term);
            return;
        }
        if (!_context.IsQuarantined) StepPlug(Coco.Consensus.TickInput.Instance);
        _leases.OnTick(MayLead, _context.PeerNames);
        if (_context.IsQuarantined) return;
        _reads.OnTick(StepPlug);
        _leftBehind.OnTick(_context.PeerNames);
        _certifier.OnTick(MayLead);
        _membership.OnTick(MayLead);
        _snapshots.OnTick(MayLead);
        _offers.OnTick();
        if (_installing is null) _fetch.OnTick();
        if (_installing is null) _backfill.OnTick();
        if (_context.IsLeader && _worker.MayHandOver() && !_context.IsSuspended) HandOver();
    }

    private void OnLinkBroken(string node)
    {
        _context.Linked.Remove(node);
        if (_context.IsActive && _context.Consensus.Status.Leader is { } leader && _context.NameOf(leader) == node)
            StepPlug(new SuspectedInput(leader));
    }

    private void OnWorkerGone()
    {
        _worker.OnGone();
        _proposals.OnWorkerGone();
        _reads.OnWorkerGone();
    }

    private void HandOver()
    {
        if (_context.IsActive && _context.IsLeader && _context.Consensus.Status.Configuration.Voters.Length > 1)
            StepPlug(new TransferInput(null));
    }

    private void OnPeer(PeerInput input)
    {
        NodeId from = _context.Identify(input.From, input.PublicKey.Span);
        switch (input.Message)
        {
            case Probe probe: OnProbe(input.From, probe); break;
            case ProbeAnswer answer when !_context.IsActive: _rejoin!.OnAnswer(input.From, answer); break;
            case ProbeAnswer answer:
                if (_leftBehind.OnAnswer(answer) is { } reason) Halt($"a new start is needed: {reason}");
                break;
            case JoinRequest request when _context.IsActive && _context.Tail.State is not null:
                _membership.OnJoinRequest(input.From, input.PublicKey, request, MayLead);
                break;
            case JoinAccepted accepted:
                if (_context.IsActive ? _leases.TryRelease(accepted) : TryJoin(accepted))
                    _context.Trust(_context.Identify(input.From, input.PublicKey.Span), accepted.AsOf.Index);
                break;
            case JoinRefused refused when !_context.IsActive && _rejoin!.OnRefused(refused) is { } end: Halt($"a new start is needed: {end}"); break;
            default:
                if (!_context.IsActive || from == NodeId.None) break;
                _context.Hear(from, input.From);
                if (!_leases.Takes(from, input.Message)) OnIncarnation(from, input.Message);
                break;
        }
    }

    /// <summary>Messages between VNs that take part.</summary>
    private void OnIncarnation(NodeId from, PeerMessage message)
    {
        switch (message)
        {
            case ConsensusPeerMessage consensus when consensus.To == _context.Self: OnConsensus(from, consensus); break;
            case StillHere: StepPlug(new HeardInput(from)); break;
            case CoSignRequest request: _certifier.OnRequest(from, request); break;
            case CoSignAnswer answer: _certifier.OnAnswer(from, answer); break;
            case TransactionsMessage transactions when _worker.IsLive && MayLead:
                _context.Effects.Add(new ForwardedEffect(from, transactions.Message));
                break;
            case TransactionsAnswer answer: _context.Effects.Add(new ForwardAnsweredEffect(answer.Answer)); break;
            case ReadIndexAsk ask: _reads.OnFollower(from, ask, StepPlug); break;
            case ReadIndexGive give: _reads.OnGive(give, StepPlug); break;
            case SnapshotReport report when MayLead: _snapshots.OnReport(from, report.Claim); break;
            case SnapshotOffer offer when _installing is null: _fetch.OnOffer(from, offer); break;
            case SnapshotSettled settled: _offers.OnSettled(from, settled); break;
            case FileAsk ask: _offers.OnAsk(from, ask); break;
            case FilePiece piece when _installing is null:
                _fetch.OnPiece(from, piece);
                _backfill.OnPiece(from, piece);
                break;
        }
    }

    private void OnConsensus(NodeId from, ConsensusPeerMessage message)
    {
        var entries = new ConsensusEntry[message.Frames.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            if (FollowerCheck.Decode(message.Frames[i]) is not { } entry)
            {
                _context.Effects.Add(new AlertEffect("evidence", $"{_context.NameOf(from)} sent an entry whose shape is wrong."));
                return;
            }
            entries[i] = entry;
        }
        StepPlug(new ReceivedInput(from, new ConsensusMessage(message.Header, entries)));
    }

    private void OnProbe(string from, Probe probe)
    {
        bool livesWithoutIt = _context.IsActive && (!_context.IsLeader || _membership.CanDoWithout(from));
        _context.Effects.Add(new SendEffect(from, _rejoin is { } rejoin ? rejoin.Show(probe.Boot) : _leftBehind.Show(probe.Boot, livesWithoutIt)));
    }

    private bool TryJoin(JoinAccepted accepted)
    {
        if (accepted.Boot != _context.Start.Boot) return false;
        bool isOther = _context.Tail.State is { } state && state.Network.Value != accepted.Network;
        if (isOther) Halt("the network that admitted this VN is not the one whose ledger it holds");
        if (isOther) return false;
        _context.Learn(accepted.Contacts, accepted.AsOf);
        Configuration configuration = _context.Tail.State is { } known
            ? MembershipDesk.ToConfiguration(known.Membership) : Configuration.Empty;
        Activate(accepted.Self, default, configuration);
        return true;
    }

    /// <summary>
    /// The shell has received the session keys with an admission, and for an empty disk knows the network now; given before the
    /// admission itself.
    /// </summary>
    public void PrepareToJoin(EntryCipher cipher, LedgerChunks chunks)
    {
        _context.Cipher = cipher;
        _context.Chunks = chunks;
        _writer = new LedgerWriter(chunks);
    }

    /// <summary>The shell has received the keys with the renewal of a lease that had ended; given before the renewal itself.</summary>
    public void GiveKeys(EntryCipher cipher) => _context.Cipher = cipher;

    private void Resume(Term term)
    {
        _context.Trace($"Sealed restart in term {term}.");
        _context.Effects.Add(new ResumedEffect(_log.Sealed!.Self));
        var operations = new List<DiskOperation>();
        if (_rejoin!.LastToKeep is { } last)
        {
            _context.Trace($"Entries after {last} are dropped: they begin with a change that no quorum holds.");
            if (_writer!.Truncate(last, operations) is { } problem)
            {
                Halt($"the ledger files can't be cut: {problem.Message}");
                return;
            }
            _context.Tail.TruncateAfter(last);
        }
        Activate(_log.Sealed!.Self, new HardState(term, NodeId.None), MembershipDesk.ToConfiguration(_context.State.Membership), operations, _rejoin.Shown);
    }

    private void Activate(NodeId self, HardState hardState, Configuration configuration, IReadOnlyList<DiskOperation>? operations = null, LogPosition? shown = null)
    {
        _context.Self = self;
        _rejoin = null;
        _leftBehind.Heard();
        ConsensusEntry[] entries = [.. _context.Tail.Entries.Select(entry => FollowerCheck.Decode(entry.Frame.Bytes)!)];
        Configuration first = _context.Tail.CommittedState is { } state
            ? MembershipDesk.ToConfiguration(state.Membership)
            : _genesis is null ? Configuration.Empty : configuration;
        _context.ConsensusOrNull = _context.Start.Consensus.Create(new ConsensusStart(
            self, hardState, _context.Tail.ProcessedPosition, first, entries, _context.Start.Boot, _context.Start.Settings)
        {
            Shown = shown,
        });
        _context.Effects.Add(new AdmittedEffect(self));
        _context.Effects.Add(new DiskEffect(NextTicket(0), new SealedState(self, hardState.Term, hardState.Vote), operations ?? []));
    }

    private void OnSigned(SignedInput input)
    {
        if (Certifier.IsOwnTicket(input.Ticket)) _certifier.OnSigned(input);
        else if (_maker.Sign(input) is { } entry) StepPlug(new ProposeInput([entry]));
    }

    private void OnDisk(DiskInput input)
    {
        ulong plug = 0;
        while (_tickets.TryPeek(out (ulong Own, ulong Plug) oldest) && oldest.Own <= input.Ticket)
        {
            plug = Math.Max(plug, oldest.Plug);
            _tickets.Dequeue();
        }
        if (plug > 0 && _context.IsActive) StepPlug(new PersistedInput(plug));
        if (_context.IsActive) _context.Chunks!.OnSynced(_context.Consensus.Status.Persisted);
        _backfill.OnDisk(input.Ticket);
        if (_installing is { } install && input.Ticket >= _installTicket) EndInstall(install);
    }

    /// <summary>
    /// The log up to a fetched snapshot takes the place of this VN's: first on the disk, where the last of the operations makes it
    /// so, then in memory. The plug stands still meanwhile, as if its messages were lost.
    /// </summary>
    private void BeginInstall(FetchedSnapshot install)
    {
        LogTail tail = _context.Tail;
        LogIndex index = install.Header.Index;
        bool isHeld = index <= tail.Processed || (index <= tail.Last && tail[index].Leaf == install.Header.Leaf);
        if (isHeld || _context.IsLeader)
        {
            if (index <= tail.Processed) _context.Snapshots.Add(install.Snapshot);
            _fetch.End();
            _context.Send(install.From, new SnapshotSettled(install.Header.Index, isHeld));
            return;
        }
        _installing = install;
        _backfill.Reset();
        _installTicket = NextTicket(0);
        _context.Effects.Add(new DiskEffect(_installTicket, null, InstallPlan.Operations(_context.Chunks!, install.Chunk)));
    }

    private void EndInstall(FetchedSnapshot install)
    {
        _installing = null;
        SnapshotHeader header = install.Header;
        _maker.Drop();
        _context.Chunks = _context.Chunks!.From(install.Chunk);
        _writer = new LedgerWriter(_context.Chunks);
        _context.Tail = new LogTail(
            new MerkleLedger(header.Frontier), install.Position, header.Leaf, install.Governance, header.Batch,
            new SnapshotPoints(header.Index, 0), _context.Start.KeptLeaves);
        _fetch.Clear();
        _snapshots.OnInstalled(install.Snapshot);
        _context.Effects.Add(new LedgerReplacedEffect(_context.Chunks));
        _context.Effects.Add(new GovernanceChangedEffect(install.Governance, header.Index));
        _context.Effects.Add(new SnapshotInstalledEffect(install.Position));
        _worker.Drop("the network's state lies far ahead of its own");
        _reads.OnWorkerGone();
        StepPlug(new SnapshotInstalledInput(install.Position, MembershipDesk.ToConfiguration(install.Governance.Membership)));
        _context.Send(install.From, new SnapshotSettled(install.Header.Index, true));
        _context.Trace($"Goes on from the snapshot of entry {header.Index}.");
    }

    private void OnLogRead(LogReadInput input)
    {
        if (input.Reader is LogReader.Worker) _worker.OnRead(input);
        else if (input.Reader is LogReader.Follower follower && _context.IsActive)
            StepPlug(new EntriesReadInput(follower.Node, input.First, [.. input.Frames.Select(frame => FollowerCheck.Decode(frame)!)]));
    }

    /// <summary>Steps the plug and carries out what it wants; what comes of that may step it again.</summary>
    private void StepPlug(ConsensusInput input)
    {
        Invariant.Holds(!_isStepping, "the plug is stepped by one input at a time");
        if (_installing is not null && input is not PersistedInput) return;
        _isStepping = true;
        _consensusEffects.Clear();
        _context.Consensus.Step(input, _consensusEffects);
        _isStepping = false;
        ConsensusEffect[] effects = new ConsensusEffect[_consensusEffects.Count];
        for (int i = 0; i < effects.Length; i++) effects[i] = _consensusEffects[i];
        foreach (ConsensusEffect effect in effects)
        {
            if (_isHalted) return;
            CarryOut(effect);
        }
    }

    private void CarryOut(ConsensusEffect effect)
    {
        switch (effect)
        {
            case Coco.Consensus.SendEffect send: _context.Send(send.To, send.Message); break;
            case PersistEffect persist: Persist(persist); break;
            case CommittedEffect committed: ProcessUpTo(committed.Index); break;
            case RolledBackEffect rolledBack: _context.Tail.TruncateAfter(rolledBack.Index); break;
            case RoleChangedEffect role: OnRole(role); break;
            case ReadIndexEffect read: _reads.OnPlug(read, StepPlug); break;
            case ReadEntriesEffect read when _offers.Prefers(read.First):
                _context.Later.Enqueue(new EntriesReadInput(read.For, read.First, []));
                break;
            case ReadEntriesEffect read:
                _context.Effects.Add(new ReadLogEffect(new LogReader.Follower(read.For), read.First, read.MaxBytes));
                break;
            case SendSnapshotEffect snapshot: _offers.Begin(snapshot.To); break;
            case ConfigurationWantedEffect wanted: _membership.OnWanted(wanted.Configuration); break;
            case RefusedEffect refused: OnRefused(refused); break;
            default: throw new InvariantException($"unknown effect {effect.GetType().Name}");
        }
    }

    private void Persist(PersistEffect persist)
    {
        var operations = new List<DiskOperation>();
        if (persist.TruncateAfter is { } after && after < _context.Chunks!.Last && _writer!.Truncate(after, operations) is { } problem)
        {
            Halt($"the ledger files can't be cut: {problem.Message}");
            return;
        }
        var records = new LedgerRecord[persist.Append.Count];
        for (int i = 0; i < records.Length; i++)
        {
            ConsensusEntry entry = persist.Append[i];
            if (entry.Index > _context.Tail.Last && _check.TryAppend(entry.Frame) is { } wrong)
            {
                Halt($"the leader sent entry {entry.Index}, and {wrong}");
                return;
            }
            records[i] = new LedgerRecord(entry.Frame, _context.Tail[entry.Index].Leaf);
        }
        _writer!.Append(records, _context.Tail.Tree, operations);
        SealedState? state = persist.HardState is { } hard ? new SealedState(_context.Self, hard.Term, hard.Vote) : null;
        _context.Effects.Add(new DiskEffect(NextTicket(persist.Ticket), state, operations));
    }

    private ulong NextTicket(ulong plug)
    {
        _tickets.Enqueue((++_ticket, plug));
        return _ticket;
    }

    private void OnRole(RoleChangedEffect role)
    {
        _context.Trace($"Term {role.Term}: {role.Role}" + (role.Leader is { } leader ? $", leader {_context.NameOf(leader) ?? leader.ToString()}." : "."));
        if (role.Role != ConsensusRole.Leader)
        {
            if (_ledTerm != Term.Zero) LoseLeadership();
            return;
        }
        if (_ledTerm == role.Term) return;
        _ledTerm = role.Term;
        if (_context.Tail.Last == LogIndex.Zero) MakeGenesis();
        else _maker.Make(new EntryDraft { Kind = EntryKind.Election, State = _context.State });
    }

    private void LoseLeadership()
    {
        _ledTerm = Term.Zero;
        _maker.Drop();
        _context.Tail.TruncateAfter(_context.Consensus.Status.Last.Index);
        _worker.OnLeadershipLost();
    }

    private void MakeGenesis()
    {
        Invariant.Holds(_genesis is not null, "only the founder of a network leads an empty log");
        var writer = new ByteWriter();
        GovernanceEntryCodec.Encode(_genesis, writer);
        bool holds = GovernanceState.TryBegin(_genesis, out GovernanceState? state, out GovernanceRefusal? refusal);
        Invariant.Holds(holds, $"the genesis constitution holds: {refusal?.Reason}");
        _maker.Make(new EntryDraft
        {
            Kind = EntryKind.Genesis,
            PublicPart = writer.Span,
            Configuration = MembershipDesk.ToConfiguration(_genesis.Membership!),
            State = state!,
        });
    }

    /// <summary>Consensus did not take an entry that was made for it: the tail goes back to what consensus holds.</summary>
    private void OnRefused(RefusedEffect refused)
    {
        TailEntry? first = null;
        foreach (TailEntry entry in _context.Tail.Entries)
            if (entry.Index >= refused.First && entry.IsHeldByWorker) first ??= entry;
        _maker.Drop();
        _context.Tail.TruncateAfter(_context.Consensus.Status.Last.Index);
        if (first is not null) _context.Effects.Add(new ProposalRefusedEffect(first.Attempt, first.LastBatch!.Value, _context.State.Version));
    }

    private void ProcessUpTo(LogIndex index)
    {
        while (_context.Tail.Processed < index)
        {
            GovernanceState? before = _context.Tail.CommittedState;
            TailEntry entry = _context.Tail.Process(out bool isSnapshotDue);
            if (entry.Term == _ledTerm) _readyTerm = _ledTerm;
            if (!ReferenceEquals(before, entry.State)) _context.Effects.Add(new GovernanceChangedEffect(entry.State, entry.Index));
            _worker.OnCommitted(entry);
            _certifier.OnCommitted(entry);
            _membership.OnCommitted(entry);
            _leases.OnCommitted(entry, before);
            _governance.OnCommitted(entry);
            _snapshots.OnCommitted(entry, isSnapshotDue, _worker.IsLive);
        }
    }

    private void Halt(string reason)
    {
        _isHalted = true;
        _context.Effects.Add(new HaltEffect(reason));
    }
}
