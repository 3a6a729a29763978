using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Coco.Attestation;
using Coco.Boundary;
using Coco.Consensus;
using Coco.Crypto;
using Coco.Governance;
using Coco.Keys;
using Coco.Log;
using Coco.Manager.Admin;
using Coco.Manager.Attesting;
using Coco.Manager.Disk;
using Coco.Manager.Peers;
using Coco.Manager.Snapshots;
using Coco.Manager.Worker;
using Coco.Primitives;
using Coco.Replica;
using Coco.Tee;

namespace Coco.Manager;

/// <summary>
/// The shell of the manager enclave (NET-1): sockets, disk, timers and keys around the sequencer. Knows no ledger.
/// </summary>
public sealed class ManagerNode : IAdminFacts, IDisposable
{
    private readonly ManagerOptions _options;
    private readonly NodeConfiguration _configuration;
    private readonly LedgerFolder _folder;
    private readonly SealedFile _sealedFile;
    private readonly SealedContent? _sealed;
    private readonly Submissions _submissions;
    private readonly ConcurrentQueue<ManagerAlert> _alerts = new();
    private readonly TaskCompletionSource<Exception> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly X509Certificate2 _certificate;
    private readonly Replica.Replica _replica;
    private readonly SequencerLoop _loop;
    private readonly DiskLoop _disk;
    private readonly PeerLinks _links;
    private readonly WorkerServer _worker;
    private readonly HistoryDesk _history;
    private readonly SegmentDesk _segments;
    private readonly SnapshotLoop _snapshots;
    private readonly NodeEvidence _evidence;
    private readonly LedgerTime _time;
    private readonly LeaseWork _leases;
    private readonly EntrySalt _salt = DrawSalt();
    private readonly byte[] _signature = new byte[P256.SignatureSize];
    private EcdsaSigner _nodeKey = EcdsaSigner.Generate();
    private volatile PeerIdentity _identity;
    private volatile PeerPolicy _policy;
    private volatile ManagerStatus _status = new();
    private readonly OperatorNotes _notes;
    private volatile GovernanceState? _state;
    private Secrets? _secrets;
    private EntryCipher? _cipher;
    private LedgerChunks? _chunks;
    private LedgerReader? _reader;
    private readonly string _measurement;
    private string? _constitutionDigest;
    private volatile byte[] _workerKey = [];
    private readonly LedgerSettingsFile _settings;
    private volatile bool _isWorkerWelcomed;
    private ulong? _appliedBatch;
    private volatile bool _isServing;
    private double? _rejoinMs;
    private long _batches;
    private long _transactions;
    private long _elections;

    /// <summary>Opens the disk and makes the sequencer; throws <see cref="InvalidDataException"/> with one sentence where that can't be.</summary>
    public ManagerNode(ManagerOptions options)
    {
        _options = options;
        _configuration = options.Configuration;
        _notes = new OperatorNotes(_configuration);
        PosixFiles.ForbidDumps();
        _evidence = NodeEvidence.Open(_configuration.NodeName, options.Platform, options.Verifiers, _configuration.OperatorKeyFile);
        _time = new LedgerTime(() => _state?.AttestedUntilUnixMs ?? 0);
        _measurement = "0x" + Convert.ToHexStringLower(options.Platform.Measurement.Span);
        _certificate = TlsCertificates.CreateForPeers(_configuration.NodeName, DateTimeOffset.UtcNow, TimeSpan.FromDays(3650));
        _identity = IdentityWith(_nodeKey);
        _folder = new LedgerFolder(_configuration.LedgerDirectory);
        _sealedFile = new SealedFile(Path.Combine(_configuration.ManagerDirectory, "sealed"), options.Sealing);
        _sealed = _sealedFile.Read();
        if (_sealed is not null && Secrets.TryDecode(_sealed.Secrets) is { } secrets) UseSecrets(secrets);
        var snapshots = new LedgerFolder(_configuration.SnapshotDirectory);
        RecoveredLog log = LedgerRecovery.Open(new DiskAtStart(
            _folder, snapshots, _secrets?.SessionKey, _sealed?.State, Log.Limits.DefaultChunkBytes, _sealedFile.Discard, _sealedFile.Rewrite,
            _folder.CarryOut, snapshots.CarryOut, options.Log));
        if (log.Damage is { } damage) Alert("ledger", damage);
        _state = log.CommittedState;
        _constitutionDigest = _state?.Constitution.ComputeDigest().ToString();
        _policy = _state is { } state ? PeerPolicy.From(state, _configuration.NodeName, _time.UnixMs, null)
            : PeerPolicy.Joining(_configuration, options, ReadConstitution, _time.UnixMs);
        if (log.Chunks is { } chunks) UseChunks(chunks);
        _replica = MakeReplica(log);
        _loop = new SequencerLoop(_replica, CarryOut, () => { _links!.Flush(); _worker!.Flush(); }, PublishStatus, End);
        _submissions = new Submissions(_loop.Post);
        _settings = new LedgerSettingsFile(_configuration.GenesisFile, action => _loop.Post(_ => action()), End);
        _leases = new LeaseWork(_evidence, _time, () => _state, () => _nodeKey.PublicKey, _loop.Post, Alert, OnDistrusted);
        _disk = new DiskLoop(_folder, Seal, ticket => _loop.Post(new DiskInput(ticket)), End);
        _links = new PeerLinks(
            () => _identity, () => _policy, OnPeerMessage, OnLink, options.Log, OnRefused, options.Verifiers, _configuration.PeerRoutes, _time);
        _worker = new WorkerServer(
            _configuration, options.MeasureProgram, new WorkerDoor(() => _identity, () => _state, options.Verifiers, _time), OnWorker, OnWorkerGone, text => Alert("worker", text), options.Log);
        _snapshots = new SnapshotLoop(
            _folder, snapshots, new SnapshotShelf(snapshots, () => _secrets!.SessionKey, _salt), _worker, _loop.Post, options.Log, End);
        _history = new HistoryDesk(_replica, _loop, _worker, () => _reader, () => _cipher, () => _chunks, OnLost);
        _segments = new SegmentDesk(OpenSegments, _history.LeafOf, _worker.Send, options.Log);
        ManagerMeter.Observe(() => ((IAdminFacts)this).Metrics, () => _status);
    }

    ManagerStatus IAdminFacts.Status => _status;
    ManagerMetrics IAdminFacts.Metrics => new(
        _folder.Syncs, _worker.Messages, Interlocked.Read(ref _batches), Interlocked.Read(ref _transactions),
        (long)_status.LastIndex, Interlocked.Read(ref _elections), GC.GetTotalAllocatedBytes(), _worker.Figures);

    byte[]? IAdminFacts.Governance => _state is { } state ? GovernanceDocument.Write(state) : null;

    byte[]? IAdminFacts.DevelopmentKeys
    {
        get
        {
            if (_options.Platform.IsProtected || _state is not { } state || _secrets is not { } secrets) return null;
            Alert("keys", "The session key was given out: this platform protects nothing, and this is a development network.");
            return KeysDocument.Write(state.Network, secrets.SessionKey);
        }
    }

    byte[]? IAdminFacts.EvidenceFor(Hash256 nonce, Hash256? ownKey)
    {
        byte[] workerKey = _workerKey; // before the word that it is certified: a new worker's key comes after that was taken back
        if (_state is not { } state || (ownKey is null && !_isWorkerWelcomed)) return null;
        EnclaveRole role = ownKey is null ? EnclaveRole.Worker : EnclaveRole.Manager;
        return _evidence.ForClient(state.Network, role, ownKey ?? Sha256.Hash(workerKey), _nodeKey.PublicKey.Span, nonce);
    }

    byte[]? IAdminFacts.Constitution => _state?.Constitution.ToReadableBytes();

    /// <summary>Runs until it is cancelled; throws when a rule is broken or the network refuses this VN for good.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Task listening = _links.Listen(IPEndPoint.Parse(_configuration.PeerAddress));
        Task serving = _worker.Listen();
        Task segments = _segments.RunAsync();
        Task signs = new LifeSigns(() => _loop.BusyMs, () => _links.SendAll(StillHere.Instance)).RunAsync(cancellation);
        _disk.Start();
        _snapshots.Start();
        _loop.Start();
        if (_policy.Network is null && _configuration.JoinAddress is { } address && _replica.Self == NodeId.None) _links.ConnectToJoin(address);
        _links.ConnectToListed();
        await using AdminServer? admin = await StartAdminAsync(cancellation);
        using var registration = cancellation.Register(() => _ended.TrySetCanceled(cancellation));
        await Task.WhenAny(listening, serving, segments, signs, _ended.Task);
        if (segments.IsFaulted) await segments;
        if (_ended.Task.IsCompletedSuccessfully) throw await _ended.Task;
        if (cancellation.IsCancellationRequested) await HandOverAsync();
    }

    public void Dispose()
    {
        _links.Dispose();
        _worker.Dispose();
        _segments.Dispose();
        _loop.Dispose();
        _snapshots.Dispose();
        _disk.Dispose();
        _folder.Dispose();
        _cipher?.Dispose();
        _secrets?.Dispose();
        _evidence.Dispose();
        _nodeKey.Dispose();
        _certificate.Dispose();
    }

    /// <summary>Before it stops in order, a leader lets another VN lead.</summary>
    private async Task HandOverAsync()
    {
        _loop.Post(HandOverInput.Instance);
        for (int waited = 0; waited < 500 && _status.Role == "leader" && _status.QuorumLive > 1; waited += Limits.TickMs)
            await Task.Delay(Limits.TickMs, CancellationToken.None);
    }

    private async Task<AdminServer?> StartAdminAsync(CancellationToken cancellation)
    {
        Task first = await Task.WhenAny(_admitted.Task, _ended.Task, Task.Delay(Timeout.Infinite, cancellation));
        if (first != _admitted.Task) return null;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(Certify(key.ExportSubjectPublicKeyInfo(), _configuration.AdminAddress));
        var server = new AdminServer(IPEndPoint.Parse(_configuration.AdminAddress), bare.CopyWithPrivateKey(key), this);
        await server.StartAsync(cancellation);
        return server;
    }

    private byte[] Certify(ReadOnlySpan<byte> publicKey, string address) => _secrets!.Authority.Certify(
        _configuration.NodeName, publicKey, ["localhost", address[..address.LastIndexOf(':')].Trim('[', ']'), "127.0.0.1"],
        _time.GetUtcNow(), TimeSpan.FromDays(365));

    private PeerIdentity IdentityWith(EcdsaSigner nodeKey) => new(
        _configuration.NodeName, _certificate, TlsCertificates.KeyDigest(_certificate), nodeKey, _options.Platform);

    private Replica.Replica MakeReplica(RecoveredLog log)
    {
        bool isNew = log.Chunks is null && _configuration.Mode == NodeMode.Create;
        Constitution? constitution = isNew ? ReadConstitution() : log.CommittedState?.Constitution;
        IConsensusFactory plug = FindPlug(constitution?.Consensus.Plugin ?? _options.Consensus[0].Name);
        var start = new ReplicaStart(
            _configuration.NodeName, _nodeKey.PublicKey, _salt, DrawNumber(), plug, SettingsOf(constitution))
        {
            JudgeEvidence = _evidence.Judge,
            NonceSeed = new Hash256(RandomNumberGenerator.GetBytes(Hash256.Size)),
        };
        if (!isNew) return Replica.Replica.Start(start, log, _cipher, constitution?.IsSealingAllowed ?? false);
        return Found(start, constitution!);
    }

    private Replica.Replica Found(ReplicaStart start, Constitution constitution)
    {
        UseSecrets(Secrets.Create(constitution.Network));
        GovernanceEntry.Genesis genesis = _evidence.Found(constitution, _nodeKey.PublicKey, _time.UnixMs);
        NetworkId network = GovernanceEntryCodec.NetworkIdOf(genesis);
        UseChunks(NewChunks(network.Value));
        var empty = new RecoveredLog(_chunks, new MerkleLedger(), default, null, null, [], null);
        if (!GovernanceState.TryBegin(genesis, out GovernanceState? state, out GovernanceRefusal? refusal))
            throw new InvalidDataException($"The network can't begin: {refusal.Reason}.");
        _policy = PeerPolicy.From(state, _configuration.NodeName, _time.UnixMs, null);
        return Replica.Replica.Found(start, empty, _cipher!, genesis);
    }

    private Constitution ReadConstitution()
    {
        if (_configuration.ConstitutionFile is not { } file || !File.Exists(file))
            throw new InvalidDataException("A new network needs a constitution: name the file in the node's configuration.");
        return Constitution.Parse(File.ReadAllBytes(file), out IReadOnlyList<DocumentError> errors)
            ?? throw new InvalidDataException($"{file} is not a valid constitution: {string.Join("; ", errors)}");
    }

    private IConsensusFactory FindPlug(string name) => _options.Consensus.FirstOrDefault(known => known.Name == name)
        ?? throw new InvalidDataException(
            $"The constitution asks for the consensus plugin '{name}'; this build has {string.Join(", ", _options.Consensus.Select(known => known.Name))}.");

    private static Coco.Consensus.ConsensusSettings SettingsOf(Constitution? constitution) => constitution is null
        ? new Coco.Consensus.ConsensusSettings()
        : new Coco.Consensus.ConsensusSettings
        {
            ElectionTimeoutTicks = Math.Max(constitution.Consensus.ElectionTimeoutMs / Limits.TickMs, 2),
            HeartbeatTicks = Math.Max(constitution.Consensus.HeartbeatMs / Limits.TickMs, 1),
        };

    private static EntrySalt DrawSalt() => EntrySalt.Read(RandomNumberGenerator.GetBytes(EntrySalt.Size));
    private static ulong DrawNumber() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private LedgerChunks NewChunks(Hash256 network) => new(_folder, network, MerkleFrontier.Empty, Hash256.Zero);

    private void UseChunks(LedgerChunks chunks)
    {
        _chunks = chunks;
        _reader = new LedgerReader(_folder, chunks);
    }

    private void UseSecrets(Secrets secrets)
    {
        _secrets = secrets;
        _cipher = new EntryCipher(secrets.SessionKey);
        File.WriteAllText(_configuration.CaFile, secrets.Authority.CertificatePem);
    }

    private void End(Exception exception) => _ended.TrySetResult(exception);
    private void Seal(SealedState state)
    {
        if (_state?.Constitution.IsSealingAllowed != false && _secrets is { } secrets) _sealedFile.Write(state, _nodeKey, secrets);
    }

    private void OnRefused(EvidenceRefusal refusal, bool isByPeer)
    {
        if (!_admitted.Task.IsCompleted) _notes.Refused(new ManagerRefusal(refusal.Check, refusal.Reason));
        Alert("evidence", $"{(isByPeer ? "A peer refused this VN" : "A peer was refused")}: {refusal.Check}: {refusal.Reason}.");
    }

    /// <summary>The leader took evidence that this VN refuses: the VN must prove itself here anew, and has no link until it does.</summary>
    private void OnDistrusted(string node, LogIndex at, EvidenceRefusal refusal)
    {
        Alert("evidence", $"Entry {at} has evidence that this VN refuses: {refusal.Check}: {refusal.Reason}.");
        _links.Cut(node);
    }

    private void OnPeerMessage(PeerLink link, PeerMessage message)
    {
        if (message is JoinRequest request && _state is { } state
            && _evidence.Judge(request, state, link.Peer.Node, link.Peer.NodeKey.Span, _time.UnixMs) is { } refusal)
        {
            Alert("evidence", $"The evidence that '{link.Peer.Node}' gave for the ledger is refused: {refusal.Check}: {refusal.Reason}.");
            link.Send(new JoinRefused(request.Boot, $"the evidence is refused: {refusal.Check}: {refusal.Reason}", "", ""));
            return;
        }
        _loop.Post(message is JoinAccepted accepted && (_replica.Self == NodeId.None || _replica.NeedsKeys)
            ? _ => OnAccepted(link, accepted)
            : replica => Give(new PeerInput(link.Peer.Node, link.Peer.NodeKey, message)));
    }

    private void OnLink(string node, bool isUp) => _loop.Post(isUp ? new LinkInput(node) : new LinkBrokenInput(node));

    private void Give(ReplicaInput input) => _loop.PostOwn(input);

    /// <summary>On the sequencer's thread: the keys come with the admission and do not go into the sequencer.</summary>
    private void OnAccepted(PeerLink link, JoinAccepted accepted)
    {
        if (_replica.Self != NodeId.None)
        {
            OnReleased(link, accepted);
            return;
        }
        string digest = accepted.ConstitutionDigest.ToString();
        if (_state is null && _configuration.ExpectConstitution is { } expected && expected != digest)
        {
            _notes.Refused(new ManagerRefusal("constitution", $"the network's constitution is {digest}, the operator expects {expected}"));
            End(new InvalidDataException($"Refused: constitution: the network's constitution is {digest}, the operator expects {expected}."));
            return;
        }
        if (Secrets.TryDecode(accepted.Keys.Span) is not { } secrets) return;
        _cipher?.Dispose();
        UseSecrets(secrets);
        if (_chunks is null) UseChunks(NewChunks(accepted.Network));
        _replica.PrepareToJoin(_cipher!, _chunks!);
        if (_policy.Network is null) _policy = _policy with { Network = new NetworkId(accepted.Network) };
        Give(new PeerInput(link.Peer.Node, link.Peer.NodeKey, accepted with { Keys = default }));
    }

    /// <summary>The renewal of a lease that had ended brings the keys back.</summary>
    private void OnReleased(PeerLink link, JoinAccepted accepted)
    {
        if (!_replica.NeedsKeys || Secrets.TryDecode(accepted.Keys.Span) is not { } secrets) return;
        OnQuarantined(); // keys that an older answer brought
        UseSecrets(secrets);
        _replica.GiveKeys(_cipher!);
        Give(new PeerInput(link.Peer.Node, link.Peer.NodeKey, accepted with { Keys = default }));
    }

    /// <summary>A quorum holds the keys: here they are zeroed. Best effort, since a hostile host may not let this run.</summary>
    private void OnQuarantined()
    {
        _cipher?.Dispose();
        _secrets?.Dispose();
        (_cipher, _secrets) = (null, null);
    }

    /// <summary>On the worker's reading thread.</summary>
    private void OnWorker(WorkerMessage message)
    {
        switch (message)
        {
            case Hello hello: OnHello(hello); break;
            case Ready ready: _loop.Post(new WorkerReadyInput(ready.Version)); break;
            case Failed failed: Alert("worker", failed.Reason); break;
            case ProposeBatch propose:
                Interlocked.Add(ref _transactions, propose.TransactionCount);
                _loop.Post(new ProposalInput(
                    propose.Term, propose.GovernanceVersion, propose.Attempt, propose.Batch, propose.TransactionCount, propose.Claims,
                    propose.Record));
                break;
            case Forward forward: _loop.Post(new ForwardInput(forward.Message)); break;
            case AnswerForward answer: _loop.Post(new AnswerForwardInput(answer.To, answer.Answer)); break;
            case HistoryQuestion question: _loop.Post(_ => _history.Answer(question)); break;
            case LogQuestion question: _loop.Post(_ => _history.Answer(question)); break;
            case SegmentRequest request: _segments.Post(request); break;
            case ReadIndexQuestion question: _loop.Post(new ReadIndexRequestInput(question.Request)); break;
            case SnapshotWritten piece: _snapshots.OnPiece(piece); break;
            case SnapshotPieceTaken: _snapshots.OnPieceTaken(); break;
            case BatchApplied applied: _appliedBatch = applied.Batch.Value; break;
            case Serving: _isServing = true; break;
        }
    }

    private void OnWorkerGone()
    {
        _isServing = false;
        _snapshots.OnWorkerGone();
        _loop.Post(_ => _workerKey = []);
        _loop.Post(WorkerGoneInput.Instance);
        _loop.Post(_ => _isWorkerWelcomed = false);
    }

    private void OnHello(Hello hello)
    {
        if (hello.BoundaryVersion != Boundary.Limits.BoundaryVersion)
        {
            Alert("worker", $"The worker speaks boundary version {hello.BoundaryVersion}, this manager {Boundary.Limits.BoundaryVersion}.");
            return;
        }
        _loop.Post(_ =>
        {
            _isWorkerWelcomed = false;
            _workerKey = hello.TlsKey.ToArray();
            _loop.PostOwn(WorkerConnectedInput.Instance);
        });
    }

    private SegmentFolder? OpenSegments() => _state is { } state && _secrets is { } secrets
        ? new SegmentFolder(Path.Combine(_configuration.ManagerDirectory, "index"), state.Network.Value, secrets.SessionKey) : null;

    /// <summary>On the sequencer's thread.</summary>
    private void CarryOut(ReplicaEffect effect)
    {
        switch (effect)
        {
            case Replica.SendEffect send: Send(send); break;
            case ConnectEffect connect: _links.ConnectToJoin(connect.Address); break;
            case SignEffect sign: Sign(sign); break;
            case DiskEffect disk: _disk.Post(disk); break;
            case ReadLogEffect read: _history.Read(read); break;
            case AdmittedEffect: OnAdmitted(); break;
            case ResumedEffect: OnResumed(); break;
            case ProduceEvidenceEffect produce: _leases.Produce(produce); break;
            case JudgeEvidenceEffect judge: _leases.Judge(judge); break;
            case EvidenceCommittedEffect committed: _leases.Check(committed); break;
            case QuarantinedEffect: OnQuarantined(); break;
            case HaltEffect halt: End(new VnStoppedException(halt.Reason)); break;
            case AlertEffect alert: Alert(alert.Kind, alert.Text); break;
            case TraceEffect trace:
                if (trace.Text.Contains("Leader", StringComparison.Ordinal)) _elections++;
                _options.Log(trace.Text);
                break;
            case GovernanceAnswerEffect answer: _submissions.OnAnswer(answer); break;
            case GovernanceChangedEffect changed: OnGovernance(changed.State); break;
            case PeersChangedEffect peers: OnPeers(peers); break;
            case LedgerReplacedEffect replaced: UseChunks(replaced.Chunks); break;
            default: ToWorker(effect); break;
        }
    }

    private void ToWorker(ReplicaEffect effect)
    {
        switch (effect)
        {
            case WelcomeWorkerEffect welcome: Welcome(welcome); break;
            case DropWorkerEffect drop: _worker.Drop(drop.Reason); break;
            case ApplyBatchEffect apply:
                _batches++;
                _worker.Post(new ApplyBatch(apply.Index, apply.Record));
                break;
            case BatchCommittedEffect committed:
                _batches++;
                _worker.Post(new BatchCommitted(committed.Batch, committed.Index));
                break;
            case ProposalRefusedEffect refused:
                _worker.Post(new ProposalRefused(refused.Attempt, refused.From, refused.GovernanceVersion));
                break;
            case WorkerRoleEffect role: _worker.Post(new RoleMessage(role.Term, role.IsLeader, role.HasLeader, role.GovernanceVersion)); break;
            case ForwardedEffect forwarded: _worker.Post(new Forwarded(forwarded.From, forwarded.Message)); break;
            case ForwardAnsweredEffect answered: _worker.Post(new ForwardAnswered(answered.Answer)); break;
            case ReadIndexAnswerEffect read: _worker.Post(new ReadIndexAnswer(read.Request, read.IsKnown)); break;
            case SnapshotInstalledEffect: break;
            default: Invariant.Holds(_snapshots.TryCarryOut(effect), $"unknown effect {effect.GetType().Name}"); break;
        }
    }

    private void Send(Replica.SendEffect send)
    {
        switch (send.Message)
        {
            case JoinAccepted accepted: _links.Post(send.To, accepted with { Keys = _secrets!.Encode() }); break;
            case JoinRequest request when _links.NetworkOf(send.To) is { } network:
                _links.Post(send.To, _evidence.Complete(request, network, _nodeKey.PublicKey.Span));
                break;
            default: _links.Post(send.To, send.Message); break;
        }
    }

    private void Sign(SignEffect sign)
    {
        _nodeKey.Sign(sign.Digest.Span, _signature);
        _loop.PostOwn(new SignedInput(sign.Ticket, _signature.ToArray()));
    }

    /// <summary>The ledger files are not what they were when they were checked: this VN starts anew, and fetches what is lost.</summary>
    private void OnLost(LedgerProblem problem)
    {
        Alert("ledger", problem.Message);
        _loop.PostOwn(new LedgerLostInput(problem.Message));
    }

    private void OnAdmitted()
    {
        _rejoinMs = Stopwatch.GetElapsedTime(_started).TotalMilliseconds;
        _notes.Admitted();
        _admitted.TrySetResult();
    }

    private void OnResumed()
    {
        EcdsaSigner fresh = _nodeKey;
        _nodeKey = EcdsaSigner.ImportPkcs8(_sealed!.NodeKey);
        _identity = IdentityWith(_nodeKey);
        fresh.Dispose();
        _links.Renew();
    }

    private void OnPeers(PeersChangedEffect peers)
    {
        _policy = _policy with { Peers = peers };
        _links.ConnectToListed();
    }

    private void OnGovernance(GovernanceState state)
    {
        bool isChanged = _state?.Version != state.Version;
        _state = state;
        if (isChanged || _constitutionDigest is null) _constitutionDigest = state.Constitution.ComputeDigest().ToString();
        _policy = PeerPolicy.From(state, _configuration.NodeName, _time.UnixMs, _policy.Peers);
        if (!isChanged || !_isWorkerWelcomed) return;
        _isWorkerWelcomed = _worker.IsAccepted(state);
        if (_isWorkerWelcomed) _worker.Send(new PolicyChanged(state.Version, WorkerWelcome.PolicyOf(state)));
    }

    private void Welcome(WelcomeWorkerEffect welcome)
    {
        byte[] worker = _workerKey;
        bool needsState = welcome.Snapshot is null && _replica.CommittedBatch is null;
        _settings.Give(welcome.State.Constitution.Ledger.Settings, needsState, settings =>
        {
            if (ReferenceEquals(worker, _workerKey)) Welcome(welcome, settings);
        });
    }

    private void Welcome(WelcomeWorkerEffect welcome, ReadOnlyMemory<byte> settings)
    {
        // The network may have decided something while the settings were read.
        GovernanceState state = _state is { } now && now.Version > welcome.State.Version ? now : welcome.State;
        if (!_worker.IsAccepted(state)) return;
        WorkerWelcome.Send(_worker.Send, _configuration.NodeName, state, settings, Certify(_workerKey, _configuration.ClientAddress), welcome.Snapshot is not null);
        if (welcome.Snapshot is { } snapshot) _snapshots.Feed(snapshot.Index);
        _isWorkerWelcomed = true;
    }

    private void Alert(string kind, string text)
    {
        _options.Log($"ALERT {kind}: {text}");
        _alerts.Enqueue(new ManagerAlert(DateTimeOffset.UtcNow.ToString("O"), _configuration.NodeName, kind, text));
        while (_alerts.Count > Limits.MaxAlerts) _alerts.TryDequeue(out _);
    }

    Task<(bool IsAccepted, string Text, string? Leader)> IAdminFacts.SubmitAsync(ReadOnlyMemory<byte> signedRequest, CancellationToken cancellation) =>
        _submissions.SubmitAsync(signedRequest, cancellation);

    /// <summary>On the sequencer's thread, at some ticks: what the admin endpoint shows.</summary>
    private void PublishStatus()
    {
        ConsensusStatus? consensus = _replica.Consensus;
        if (consensus is null) _notes.Needs(_replica.Needs);
        GovernanceState? state = _replica.State;
        NodeId? leader = consensus?.Leader;
        int voters = state?.Membership.Voters.Length ?? 0;
        _status = new ManagerStatus
        {
            Role = _replica.IsQuarantined ? "quarantined" : ManagerStatus.NameOf(consensus?.Role),
            EvidenceExpires = LeaseWork.ExpiryOf(state, _replica.Self),
            IsOpen = consensus is { HasQuorum: true, Leader: not null } && _replica.IsWorkerLive && _isServing,
            Term = consensus?.Term.Value ?? 0,
            Leader = leader is { } id ? state?.Find(id)?.Name : null,
            CommitIndex = _replica.Committed.Value,
            LastIndex = _replica.Last.Value,
            AppliedIndex = _replica.IsWorkerLive ? _replica.Committed.Value : 0,
            AppliedBatch = _appliedBatch,
            SnapshotIndex = _replica.Snapshot?.Value,
            LedgerFrom = _replica.First.Value,
            Incarnation = state?.Nodes.FirstOrDefault(node => node.Id == _replica.Self)?.Incarnation,
            LastRejoinMs = _rejoinMs,
            QuorumNeeded = voters == 0 ? null : Quorum.Majority(voters),
            QuorumLive = consensus is null || state is null ? null : CountLiveVoters(state),
            Needs = _replica.Needs is { Length: > 0 } needs ? needs : null,
            Quarantined = state is null ? [] : [.. state.Nodes.Where(node => node is { IsCurrent: true, IsQuarantined: true }).Select(node => node.Name)],
            Protected = _options.Platform.IsProtected,
            Platform = _options.Platform.Name,
            Measurement = _measurement,
            ConstitutionDigest = _constitutionDigest,
            NetworkId = state?.Network.ToString(),
            Refused = _notes.Refusal,
            Alerts = [.. _alerts],
        };
    }

    private int CountLiveVoters(GovernanceState state)
    {
        IReadOnlyCollection<string> open = _links.Open;
        int live = state.Membership.IsVoter(_replica.Self) ? 1 : 0;
        foreach (NodeRecord node in state.Nodes)
            if (node.Id != _replica.Self && node.IsCurrent && state.Membership.IsVoter(node.Id) && open.Contains(node.Name)) live++;
        return live;
    }
}
