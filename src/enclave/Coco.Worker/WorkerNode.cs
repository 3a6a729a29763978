using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Boundary;
using Coco.Executor;
using Coco.Ledgers;
using Coco.Primitives;
using Coco.Store;
using Coco.Worker.Front;
using Coco.Worker.Indexing;

namespace Coco.Worker;

/// <summary>
/// The shell of the worker enclave (NET-1): the boundary to its manager, the executor's and the sealing thread, and the
/// application endpoint. Holds no session key, no ledger file and no vote.
/// </summary>
public sealed class WorkerNode(WorkerOptions options, IReadOnlyList<ILedgerFactory> ledgers, Action<string> log) : IDisposable
{
    private readonly Questions<AppliedBatch?> _history = new(null, TimeProvider.System);
    private readonly BatchPlaces _places = new();
    private readonly LedgerIndex _index = new();
    private readonly BulkThreads _bulk = new();
    private readonly CallThreads _calls = new();
    private readonly Questions<bool> _readIndexes = new(false, TimeProvider.System);
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PauseMeter _pauses = new();
    private ManagerLink? _link;
    private ILedger? _ledger;
    private VersionedStore? _store;
    private ExecutorLoop? _loop;
    private SealingLoop? _sealing;
    private RemoteSegments? _segments;
    private Indexer? _indexer;
    private Submitter? _submitter;
    private SnapshotSender? _snapshots;
    private volatile RoleMessage? _role;
    private readonly TaskCompletionSource _hasState = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isCaughtUp;

    /// <summary>Runs until the manager closes the boundary or <paramref name="cancellation"/>; throws when a rule is broken.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var tlsKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ManagerLink link = _link = await ManagerLink.ConnectAsync(options, tlsKey, log, ending.Token);
        Task beating = link.BeatAsync(Figures, ending.Token);
        link.Send(new Hello(Boundary.Limits.BoundaryVersion, Environment.ProcessId, tlsKey.ExportSubjectPublicKeyInfo()));
        try
        {
            Welcome welcome = await ReadWelcomeAsync(ending.Token);
            log(welcome.RestoresSnapshot ? "Welcomed: a snapshot comes." : "Welcomed.");
            using ILedger ledger = _ledger = CreateLedger(welcome, await ReadSettingsAsync(welcome.SettingsLength, ending.Token));
            using VersionedStore store = _store = await CreateStoreAsync(welcome, ending.Token);
            await ServeAsync(welcome, tlsKey, ending, beating);
        }
        finally
        {
            await ending.CancelAsync();
            Dispose();
        }
    }

    /// <summary>Ends the executor's and the sealing thread.</summary>
    public void Dispose()
    {
        _loop?.Dispose();
        _loop = null;
        _sealing?.Stop();
        _indexer?.Dispose();
        _snapshots?.Dispose();
        _bulk.Dispose();
        _calls.Dispose();
    }

    private async Task ServeAsync(
        Welcome welcome, ECDsa tlsKey, CancellationTokenSource ending, Task beating)
    {
        StartThreads(welcome);
        var services = new LedgerServices(
            _submitter!, new History(this), new CommittedState(this), new PublicInsideTheNetwork(), new NodeFacts(this, welcome))
        {
            Index = _index,
            Bulk = _bulk,
            Calls = _calls,
        };
        using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(welcome.Certificate.Span);
        using X509Certificate2 certificate = bare.CopyWithPrivateKey(tlsKey);
        await using var front = new FrontServer(options, new FrontLimits(), certificate, _ledger!.Serve(services), Health);
        await front.StartAsync(ending.Token);
        _link!.Send(new Ready(_store!.Committed));
        if (_store.Committed is not null) _hasState.TrySetResult();
        Task reading = ReadManagerAsync(ending.Token);
        _ = CatchUpAsync(services.State, ending.Token);
        Task first = await Task.WhenAny(reading, _link.Ended, beating, _ended.Task);
        if (_ended.Task.IsCompleted && await _ended.Task is { } failure)
        {
            _link.Send(new Failed(failure.Message));
            throw failure;
        }
        await first;
    }

    /// <summary>
    /// Reads never go back, and what this VN has acknowledged is in them: nothing is served before the state of one read index,
    /// taken after this start, is here. In a network that begins, that may be before its genesis is.
    /// </summary>
    private async Task CatchUpAsync(ICommittedState state, CancellationToken cancellation)
    {
        await _hasState.Task.WaitAsync(cancellation);
        while (!_isCaughtUp && !cancellation.IsCancellationRequested) _isCaughtUp = await state.WaitLinearizableAsync(cancellation);
        if (!_isCaughtUp) return;
        // Reading a genesis file or a snapshot leaves much behind that the collector might not look at for long; nobody waits yet.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _link!.Send(Serving.Instance);
        log($"This node answers clients from now on, with the state after batch {_store!.Committed}.");
    }

    private async Task<Welcome> ReadWelcomeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            // Anything before it was meant for the worker before this one, whose end the manager had not seen yet.
            if (await _link!.ReadAsync(cancellation) is Welcome welcome) return welcome;
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadSettingsAsync(int length, CancellationToken cancellation)
    {
        byte[] settings = GC.AllocateUninitializedArray<byte>(length);
        int read = 0;
        while (read < length)
        {
            if (await _link!.ReadAsync(cancellation) is not SettingsPiece piece) continue; // a beat
            if (piece.Bytes.Length > length - read) throw new InvalidDataException("The ledger's settings are longer than was said.");
            piece.Bytes.CopyTo(settings.AsMemory(read));
            read += piece.Bytes.Length;
        }
        return settings;
    }

    private ILedger CreateLedger(Welcome welcome, ReadOnlyMemory<byte> settings)
    {
        ILedgerFactory? factory = ledgers.FirstOrDefault(known => known.Name == welcome.Ledger);
        string? error = $"This worker knows no ledger '{welcome.Ledger}'; it knows {string.Join(", ", ledgers.Select(known => known.Name))}.";
        if (factory is not null && factory.TryCreate(settings, out ILedger? ledger, out error)) return ledger!;
        _link!.Send(new Failed(error!));
        throw new InvalidDataException(error);
    }

    private async Task<VersionedStore> CreateStoreAsync(Welcome welcome, CancellationToken cancellation)
    {
        // Clients choose keys: with a seed that they know they could make all of them fall together.
        ulong seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        if (!welcome.RestoresSnapshot) return new VersionedStore(_ledger!.Description.Maps, hashSeed: seed);
        using var loader = new SnapshotLoader(_ledger!.Description.Maps, hashSeed: seed);
        while (true)
        {
            ManagerMessage message = await _link!.ReadAsync(cancellation);
            if (message is not SnapshotPiece piece) continue; // a beat: what else concerns a worker comes when it is ready
            bool fits = loader.TryFeed(piece.Bytes.Span);
            _link.Send(SnapshotPieceTaken.Instance);
            if (fits && !piece.IsLast) continue;
            if (fits && loader.TryFinish(out VersionedStore? store))
            {
                log($"The state after batch {store!.Committed} is loaded.");
                return store;
            }
            throw new InvalidDataException("The snapshot does not fit this ledger.");
        }
    }

    private void StartThreads(Welcome welcome)
    {
        var executor = new Executor.Executor(_ledger!, _store!, SettingsFrom(welcome.Policy));
        _sealing = new SealingLoop(
            _ledger!, done => _loop!.Post(done), difference => _ended.TrySetResult(new InvariantException(difference)), End);
        _loop = new ExecutorLoop(executor, CarryOut, () => _link!.Flush(), _pauses, End);
        _submitter = new Submitter(() => _loop);
        _segments = new RemoteSegments(_link!.Send);
        _indexer = new Indexer(_ledger!, _segments, _index, _places.Forget, End, log);
        _snapshots = new SnapshotSender(_link!, _pauses, End);
        _sealing.Start();
        _loop.Start();
        _indexer.Start();
    }

    private ExecutorSettings SettingsFrom(PolicyView policy) => new()
    {
        MaxBatchTransactions = (int)Math.Min(policy.MaxBatchTransactions, BatchRecord.MaxRequests),
        MaxBatchBytes = policy.MaxBatchBytes,
        HoldMs = policy.HoldMs,
        ConfirmationBatches = _ledger!.Description.ConfirmationBatches,
        ConfirmationIntervalMs = (ulong)_ledger.Description.ConfirmationIntervalMs,
    };

    private WorkerFigures Figures() => _store is { } store ? _pauses.Figures(store.Statistics.TotalBytes + _ledger!.DerivedBytes) : WorkerFigures.None;

    private void End(Exception exception) => _ended.TrySetResult(exception);

    private NodeHealth Health()
    {
        if (_link is not { IsAlive: true }) return new NodeHealth(false, false, "the manager does not answer");
        if (!_isCaughtUp) return new NodeHealth(false, false, "the node is catching up");
        return _role is { HasLeader: true } or { IsLeader: true }
            ? new NodeHealth(true, true, "")
            : new NodeHealth(true, false, "the network has no leader now");
    }

    private async Task ReadManagerAsync(CancellationToken cancellation)
    {
        while (true) OnMessage(await _link!.ReadAsync(cancellation));
    }

    private void OnMessage(ManagerMessage message)
    {
        switch (message)
        {
            case ManagerBeat:
                break;
            case RoleMessage role:
                _role = role;
                _loop!.Post(new RoleInput(role.Term, role.IsLeader, role.HasLeader, role.GovernanceVersion));
                break;
            case ApplyBatch apply:
                _loop!.Post(new ApplyInput(apply.Index, Decode(apply.Record)));
                break;
            case BatchCommitted committed:
                _loop!.Post(new CommittedInput(committed.Batch, committed.Index));
                break;
            case ProposalRefused refused:
                _loop!.Post(new ProposalRefusedInput(refused.Attempt, refused.From, refused.GovernanceVersion));
                break;
            case Forwarded forwarded:
                if (ForwardCodec.Decode(forwarded.From, forwarded.Message, _ledger!) is { } transactions) _loop!.PostPatiently(transactions);
                else log("Forwarded transactions could not be decoded.");
                break;
            case ForwardAnswered answered:
                if (ForwardCodec.DecodeAnswer(answered.Answer) is { } answer) _loop!.Post(answer);
                else log("The leader's answer to forwarded transactions could not be decoded.");
                break;
            case HistoryAnswer old:
                _history.Answer(old.Request, old.Record.IsEmpty ? null : new AppliedBatch(old.Index, Decode(old.Record), null));
                break;
            case SegmentReply reply:
                _segments!.OnReply(reply);
                break;
            case ReadIndexAnswer read:
                // What the read must see was posted before: answer it after the executor has taken that.
                _loop!.Post(_ => _readIndexes.Answer(read.Request, read.IsKnown));
                break;
            case PolicyChanged changed:
                _loop!.Post(new SettingsInput(SettingsFrom(changed.Policy)));
                break;
            case SnapshotWanted wanted:
                _loop!.Post(_ => _snapshots!.Start(_store!, wanted.Request));
                break;
            case SnapshotMore more:
                _snapshots!.Continue(more.Request);
                break;
            default:
                throw new InvalidDataException($"The manager sent {message.GetType().Name} out of turn.");
        }
    }

    private static BatchRecord Decode(ReadOnlyMemory<byte> record)
    {
        Invariant.Holds(BatchRecord.TryDecode(record, out BatchRecord? decoded), "a committed batch can be decoded");
        return decoded!;
    }

    /// <summary>On the executor's thread.</summary>
    private void CarryOut(ExecutorEffect effect)
    {
        switch (effect)
        {
            case CompleteEffect complete: _submitter!.Complete(complete); break;
            case SealEffect or UnsealEffect or SettleEffect: _sealing!.Post(effect); break;
            case ProposeEffect propose: _link!.Post(Proposal(propose)); break;
            case ForwardEffect forward:
                // A manager that hangs is sent none, or they pile up: what waits is sent again.
                if (_link!.IsAlive) _link.Post(new Forward(ForwardCodec.Encode(forward)));
                break;
            case AnswerForwardEffect answer: _link!.Post(new AnswerForward(answer.To, ForwardCodec.Encode(answer))); break;
            case AppliedEffect applied:
                _places.Add(applied.Batch, applied.Index);
                _indexer!.Post(new AppliedBatch(applied.Index, applied.Record, null));
                WorkerMetrics.Batches.Add(1);
                _link!.Post(new BatchApplied(applied.Batch));
                _hasState.TrySetResult();
                break;
            default: throw new InvariantException($"unknown effect {effect.GetType().Name}");
        }
    }

    private static ProposeBatch Proposal(ProposeEffect effect)
    {
        BatchRecord record = effect.Record;
        var writer = new ByteWriter(record.EncodedLength);
        record.Encode(writer);
        return new ProposeBatch(
            effect.Term, effect.GovernanceVersion, effect.Attempt, record.Number, (uint)record.Requests.Count, effect.Claims,
            writer.Memory);
    }

    private sealed class History(WorkerNode node) : IHistory
    {
        public async ValueTask<AppliedBatch?> ReadAsync(BatchNumber number, CancellationToken cancellation)
        {
            if (number > node._store!.Committed) return null;
            LogIndex index = node._places.TryFind(number, out LogIndex recent) ? recent : await FindAsync(number, cancellation);
            return await node._history.AskAsync(request => node._link!.Send(new HistoryQuestion(request, index)), cancellation)
                ?? throw new HistoryUnavailableException($"entry {index} of the ledger was not read in time");
        }

        private async ValueTask<LogIndex> FindAsync(BatchNumber number, CancellationToken cancellation)
        {
            await node._index.WaitAsync(number, cancellation);
            return node._index.TryFindLast(LedgerIndex.PlaceTable, number.Value, ulong.MaxValue, number, out ulong index)
                ? new LogIndex(index) : throw new HistoryUnavailableException("the ledger files of this node do not reach back so far yet");
        }
    }

    private sealed class CommittedState(WorkerNode node) : ICommittedState
    {
        public ICommittedView Open() => new CommittedView(node._store!.OpenCommitted());

        public ValueTask<bool> WaitLinearizableAsync(CancellationToken cancellation) =>
            node._readIndexes.AskAsync(request => node._link!.Send(new ReadIndexQuestion(request)), cancellation);
    }

    private sealed class NodeFacts(WorkerNode node, Welcome welcome) : INodeFacts
    {
        public int NodeCount { get; } = (int)welcome.Policy.NodeCount;
        public bool IsSyncing => node._role is null;
        public ulong UnixMs => (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    }
}
