using Coco.Crypto;
using Coco.Executor;
using Coco.Ledgers;
using Coco.Primitives;
using Coco.Replica;
using Coco.Simulation.Clients;
using Coco.Simulation.World;
using Coco.Store;
using Coco.Tee;

namespace Coco.Simulation.Nodes;

/// <summary>
/// One run of a worker: the production executor, store and ledger, and around them the deterministic twin of its shell with its
/// executor's and sealing thread and its client endpoint.
/// </summary>
internal sealed class WorkerProcess : IDisposable
{
    /// <summary>A digest over the state goes through all of it, so not every batch is looked at; the last one is, at the end.</summary>
    private const ulong CheckedBatches = 16;

    private static readonly StoreLimits SmallStore = new() { MaxViews = 64, SlabBytes = 64 << 10 };

    private const long TimeEvery = 10 * SimulationWorld.Millisecond;

    private readonly SimulationWorld _world;
    private readonly Cluster _cluster;
    private readonly Host _host;
    private readonly Queue<object> _inputs = new();
    private readonly Queue<ExecutorEffect> _sealing = new();
    private readonly ExecutorEffects _effects = new();
    private readonly Dictionary<ulong, (byte[] Request, Action<ClientAnswer> Answer)> _tickets = [];
    private readonly Dictionary<ulong, (byte[] Key, BatchNumber? Known, Action<ClientAnswer> Answer)> _reads = [];
    private readonly long _started;
    private BoundaryLink? _link;
    private ILedger? _ledger;
    private VersionedStore? _store;
    private SnapshotLoader? _loader;
    private WelcomeWorkerEffect? _welcome;
    private Executor.Executor? _executor;
    private ulong _lastTicket;
    private ulong _lastRead;
    private bool _isAwake;
    private bool _isSealing;

    public WorkerProcess(Cluster cluster, Host host)
    {
        (_cluster, _world, _host) = (cluster, cluster.World, host);
        _started = _world.Now;
    }

    public bool IsAlive { get; private set; } = true;

    /// <summary>Linearizable reads wait for a read index.</summary>
    public bool IsReading => _reads.Count > 0;

    /// <summary>Clients wait for transactions.</summary>
    public bool IsWaiting => _tickets.Count > 0;

    public BatchNumber? Committed => _executor?.Committed;

    public string Name => _host.Name;

    /// <summary>Clients are answered: it has its state.</summary>
    public bool IsServing => IsAlive && _executor is not null;

    /// <summary>The ledger was told of a committed batch.</summary>
    public event Action<WorkerProcess, AppliedBatch>? Applied;

    public event Action? Ended;

    /// <param name="standing">Where it is in a TEE of its own.</param>
    public void Connect(ManagerProcess manager, WorkerStanding? standing)
    {
        _link = manager.Link = new BoundaryLink(_world, _host, manager, this) { Standing = standing };
        _link.ToManager(connected => connected.Give(WorkerConnectedInput.Instance));
    }

    public void End(string why)
    {
        if (!IsAlive) return;
        IsAlive = false;
        _world.Note(_host.Name, $"worker ends: {why}");
        _link?.Close();
        Ended?.Invoke();
        _cluster.OnWorkerEnded(_host, this);
        _world.After(SimulationWorld.Second, Dispose); // it may end in the middle of a step
    }

    public void Dispose()
    {
        _ledger?.Dispose();
        _store?.Dispose();
        _loader?.Dispose();
    }

    public void OnManager(ReplicaEffect effect)
    {
        if (effect is not WelcomeWorkerEffect welcome)
        {
            if (_executor is not null) OnMessage(effect); // else it was meant for the worker before
        }
        else if (_welcome is null)
        {
            OnWelcome(welcome);
        }
        else
        {
            End("the manager sent a welcome out of turn");
        }
    }

    /// <summary>Its manager wants fresh evidence, which it gives whatever it is at.</summary>
    public void Prove(AttestationClaims claims)
    {
        if (_host.WorkerTee.Produce(claims)?.Encode() is not { } evidence) return;
        _world.After(Math.Max(_host.PausedUntil - _world.Now, 0) + _host.WorkerTee.DrawDelay(), () =>
        {
            if (IsAlive) _link!.ToManager(_ => _link.Standing!.OnEvidence(claims.PeerNonce, evidence));
        });
    }

    /// <summary>A client's request, as the ledger's protocol treats it.</summary>
    public void Submit(byte[] request, Action<ClientAnswer> answer)
    {
        if (!IsAlive) return;
        if (_store?.Committed is null)
        {
            answer(ClientAnswer.Unknown);
            return;
        }
        if (TryAnswerOutcome(request, answer)) return;
        AdmissionResult admission;
        using (StoreView view = _store.OpenCommitted()) admission = _ledger!.Admit(request, Caller.Anonymous, view);
        if (admission.Transaction is not { } admitted)
        {
            answer(ClientAnswer.Refused(admission.Refusal!.Code));
            return;
        }
        _tickets.Add(++_lastTicket, (request, answer));
        Post(new SubmittedInput(_lastTicket, admitted));
    }

    public void Read(byte[] key, bool isLinearizable, Action<ClientAnswer> answer)
    {
        if (!IsAlive) return;
        if (_store?.Committed is null) answer(ClientAnswer.Unknown);
        else if (!isLinearizable) answer(ReadNow(key));
        else
        {
            ulong request = ++_lastRead;
            _reads.Add(request, (key, _cluster.Ledger.LastBatch, answer));
            _link!.ToManager(manager => manager.Give(new ReadIndexRequestInput(request)));
        }
    }

    /// <summary>For the checks.</summary>
    public void CheckState()
    {
        if (_store?.Committed is { } committed) _cluster.Ledger.OnState(_host, committed, _store);
    }

    private ClientAnswer ReadNow(byte[] key)
    {
        using StoreView view = _store!.OpenCommitted();
        if (_host.Manager is { } manager && manager == _link!.Manager && !(view.Version <= manager.Replica.CommittedBatch))
            _world.Violate("committed reads", $"{_host.Name} shows batch {view.Version}, and {manager.Replica.CommittedBatch} is the last committed one");
        return ClientAnswer.OfRead(_cluster.LedgerTwin.Read(view, key), view.Version);
    }

    private bool TryAnswerOutcome(byte[] request, Action<ClientAnswer> answer)
    {
        using StoreView view = _store!.OpenCommitted();
        if (_cluster.LedgerTwin.OutcomeOf(view, request) is not { } outcome) return false;
        answer(outcome);
        return true;
    }

    private void OnWelcome(WelcomeWorkerEffect welcome)
    {
        bool isMade = _cluster.LedgerTwin.Factory.TryCreate(welcome.State.Constitution.Ledger.Settings, out _ledger, out string? error);
        Invariant.Holds(isMade, error ?? "the ledger is made");
        _ledger = new WatchedLedger(_ledger!, OnPublished);
        _welcome = welcome;
        if (welcome.Snapshot is null) Begin(new VersionedStore(_ledger!.Description.Maps, SmallStore));
        else _loader = new SnapshotLoader(_ledger!.Description.Maps, SmallStore);
    }

    /// <summary>A piece of the state to start from.</summary>
    public void OnSnapshotPiece(byte[] piece, bool isLast)
    {
        if (_loader is not { } loader || _executor is not null) return; // meant for the worker before
        bool fits = loader.TryFeed(piece);
        if (fits && !isLast) return;
        if (fits && loader.TryFinish(out VersionedStore? store)) Begin(store!);
        else _world.Violate("snapshot", $"{_host.Name}: the snapshot does not fit the ledger");
    }

    /// <summary>The committed state as of now, beside the executor.</summary>
    public void WriteSnapshot(LogIndex index)
    {
        if (_executor is null) return;
        Post(() => SendSnapshot(index, _store!.BeginSnapshot()));
    }

    private void SendSnapshot(LogIndex index, SnapshotWriter snapshot)
    {
        var piece = new ByteWriter();
        bool isMore = IsAlive && snapshot.TryWriteNext(piece, _cluster.PieceBytes);
        if (IsAlive) _link!.ToManager(manager => manager.OnSnapshotPiece(index, piece.ToArray(), !isMore));
        if (isMore) _world.After(_world.Random.Between(20, 2_000), () => SendSnapshot(index, snapshot));
        else snapshot.Dispose();
    }

    private void Begin(VersionedStore store)
    {
        WelcomeWorkerEffect welcome = _welcome!;
        _store = store;
        var settings = new ExecutorSettings
        {
            MaxBatchTransactions = welcome.State.Constitution.BatchLimits.MaxTransactions,
            MaxBatchBytes = welcome.State.Constitution.BatchLimits.MaxBytes,
            MinPipelinedTransactions = _cluster.MinPipelined,
            MaxPipelineDepth = _cluster.Limits.MaxPipelineDepth,
            HoldMs = (ulong)welcome.State.Constitution.Submission.HoldMs,
            ConfirmationBatches = _ledger!.Description.ConfirmationBatches,
            ConfirmationIntervalMs = (ulong)_ledger.Description.ConfirmationIntervalMs,
        };
        _executor = new Executor.Executor(_ledger, _store, settings);
        _link!.ToManager(manager => manager.Give(new WorkerReadyInput(store.Committed)));
        GiveTime();
    }

    private void OnMessage(ReplicaEffect effect)
    {
        switch (effect)
        {
            case WorkerRoleEffect role: Post(new RoleInput(role.Term, role.IsLeader, role.HasLeader, role.GovernanceVersion)); break;
            case ApplyBatchEffect apply: Post(new ApplyInput(apply.Index, Decode(apply.Record))); break;
            case BatchCommittedEffect committed: Post(new CommittedInput(committed.Batch, committed.Index)); break;
            case ProposalRefusedEffect refused:
                Post(new ProposalRefusedInput(refused.Attempt, refused.From, refused.GovernanceVersion));
                break;
            case ForwardedEffect forwarded: Post(Decoded(ForwardCodec.Decode(forwarded.From, forwarded.Message, _ledger!))); break;
            case ForwardAnsweredEffect answered: Post(Decoded(ForwardCodec.DecodeAnswer(answered.Answer))); break;
            case ReadIndexAnswerEffect read: Post(() => AnswerRead(read)); break;
            default: throw new InvariantException($"unknown effect {effect.GetType().Name}");
        }
    }

    private void AnswerRead(ReadIndexAnswerEffect read)
    {
        if (!_reads.Remove(read.Request, out var asked)) return;
        if (read.IsKnown && asked.Known > _store!.Committed)
            _world.Violate("linearizable reads", $"{_host.Name} answers from batch {_store.Committed} a read that came when batch {asked.Known} was committed");
        asked.Answer(read.IsKnown ? ReadNow(asked.Key) : ClientAnswer.Unknown);
    }

    private static ExecutorInput Decoded(ExecutorInput? message)
    {
        Invariant.Holds(message is not null, "what another worker sent can be decoded");
        return message!;
    }

    private static BatchRecord Decode(ReadOnlyMemory<byte> record)
    {
        Invariant.Holds(BatchRecord.TryDecode(record, out BatchRecord? decoded), "a committed batch can be decoded");
        return decoded!;
    }

    private void Post(object input)
    {
        _inputs.Enqueue(input);
        if (_isAwake) return;
        _isAwake = true;
        _world.After(_world.Random.Between(5, 400), Run);
    }

    private void GiveTime()
    {
        if (!IsAlive) return;
        if (!_isAwake)
        {
            _isAwake = true;
            Run();
        }
        _world.After(TimeEvery, GiveTime);
    }

    private void Run()
    {
        if (!IsAlive || _world.IsBroken) return;
        if (_host.PausedUntil > _world.Now)
        {
            _world.After(_host.PausedUntil - _world.Now, Run);
            return;
        }
        _isAwake = false;
        try
        {
            _executor!.Step(new TimeInput(new Tick((ulong)(_world.Now - _started) / 1000), _host.UnixMs), _effects);
            while (IsAlive && _inputs.TryDequeue(out object? input)) Take(input);
            _executor.Flush(_effects);
            CarryOut();
        }
        catch (InvariantException broken)
        {
            _world.Violate("invariant", $"{_host.Name} (worker): {broken.Message} {ManagerProcess.FirstFrame(broken)}");
        }
    }

    private void Take(object input)
    {
        if (input is ExecutorInput step)
        {
            _world.Trace.Add(_world.Now, _host.Number, step.GetType().Name, _store!.Head?.Value ?? 0);
            _executor!.Step(step, _effects);
        }
        else
        {
            ((Action)input)();
        }
        CarryOut();
    }

    private void CarryOut()
    {
        for (int i = 0; i < _effects.Count && IsAlive; i++)
        {
            if (_cluster.Faults.WorkerDiesAt(_host, _effects[i].GetType().Name)) break;
            CarryOut(_effects[i]);
        }
        _effects.Clear();
    }

    private void CarryOut(ExecutorEffect effect)
    {
        switch (effect)
        {
            case CompleteEffect complete: Complete(complete); break;
            case SealEffect or UnsealEffect or SettleEffect: PostSealing(effect); break;
            case ProposeEffect propose: Propose(propose); break;
            case ForwardEffect forward:
                ReadOnlyMemory<byte> message = ForwardCodec.Encode(forward);
                _link!.ToManager(manager => manager.Give(new ForwardInput(message)));
                break;
            case AnswerForwardEffect forwarded:
                ReadOnlyMemory<byte> answer = ForwardCodec.Encode(forwarded);
                _link!.ToManager(manager => manager.Give(new AnswerForwardInput(forwarded.To, answer)));
                break;
            case DrawRandomEffect draw:
                Post(new RandomInput([.. Enumerable.Range(0, draw.Count).Select(_ => _world.Random.NextHash())]));
                break;
            case AppliedEffect applied: OnApplied(applied.Batch); break;
            default: throw new InvariantException($"unknown effect {effect.GetType().Name}");
        }
    }

    private void OnPublished(AppliedBatch batch)
    {
        _cluster.Published.Add(_host.Name, batch);
        Applied?.Invoke(this, batch);
    }

    private void OnApplied(BatchNumber batch)
    {
        _world.Trace.Add(_world.Now, _host.Number, "applied", batch.Value);
        if (batch.Value % CheckedBatches == 0) CheckState();
    }

    private void Complete(CompleteEffect complete)
    {
        if (!_tickets.Remove(complete.Ticket, out var waiting)) return;
        if (TryAnswerOutcome(waiting.Request, waiting.Answer)) return;
        if (complete.Submission.State == SubmissionState.Committed)
            _world.Violate("acknowledged", $"{_host.Name} says that a transaction is committed whose outcome can't be read there");
        waiting.Answer(complete.Submission.Refusal is { } refusal ? ClientAnswer.Refused(refusal.Code) : ClientAnswer.Unknown);
    }

    private void Propose(ProposeEffect propose)
    {
        BatchRecord record = propose.Record;
        var writer = new ByteWriter();
        record.Encode(writer);
        byte[] bytes = writer.ToArray();
        _cluster.Ledger.OnProposed(propose.GovernanceVersion, bytes, propose.Claims);
        _link!.ToManager(manager => manager.Give(new ProposalInput(
            propose.Term, propose.GovernanceVersion, propose.Attempt, record.Number, (uint)record.Requests.Count, propose.Claims, bytes)));
    }

    private void PostSealing(ExecutorEffect effect)
    {
        _sealing.Enqueue(effect);
        if (_isSealing) return;
        _isSealing = true;
        _world.After(_world.Random.Between(10, 1_500), DrainSealing);
    }

    private void DrainSealing()
    {
        _isSealing = false;
        if (!IsAlive) return;
        bool settles = false;
        while (_sealing.TryDequeue(out ExecutorEffect? effect))
        {
            switch (effect)
            {
                case SealEffect seal:
                    var results = new ByteWriter();
                    var claims = new BatchClaims();
                    seal.Batch.Seal(results, claims);
                    Post(new SealedInput(seal.Batch, results.ToArray(), claims.Root()));
                    break;
                case UnsealEffect unseal: _ledger!.RolledBack(unseal.To); break;
                case SettleEffect: settles = true; break;
            }
        }
        if (settles && _ledger!.Settle() is { } difference) _world.Violate("settle", $"{_host.Name}: {difference}");
    }
}
