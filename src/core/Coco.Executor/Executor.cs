using Coco.Ledgers;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Executor;

/// <summary>
/// The worker's half of a validating node as a state machine (architecture rule 1): takes transactions in, forms batches, runs
/// them on the speculative head, rolls back, applies what is committed and answers clients. No clock, thread or I/O inside.
/// </summary>
public sealed class Executor
{
    private readonly ILedger _ledger;
    private readonly VersionedStore _store;
    private readonly ITransactionPool _pool;
    private readonly Waiting _waiting = new();
    private readonly Pipeline _pipeline = new();
    private readonly BatchSize _size = new();
    private readonly Queue<Hash256> _random = new();
    private readonly List<AdmittedTransaction> _scratch = [];
    private readonly Forwards _forwards = new();
    private readonly List<Hash256> _ids = [];
    private readonly ByteWriter _writeSet = new(1 << 16);
    private ExecutorSettings _settings;
    private RoleInput _role = new(Term.Zero, false, false, GovernanceVersion.Zero);
    private TimeInput _time = new(Tick.Zero, 0);
    private ulong _lastUnixMs;
    private ulong _attempt;
    private bool _randomAsked;
    private int _confirmationsLeft;
    private Tick _nextConfirmation;
    private Tick _lastFormed;
    private int _lastFormedCount;

    /// <summary>The state came as a snapshot; the batch that it is the state after is still to come.</summary>
    private bool _isRestoring;

    /// <summary>The store stands at a committed version, or is empty before genesis.</summary>
    public Executor(ILedger ledger, VersionedStore store, ExecutorSettings settings)
    {
        _ledger = ledger;
        _store = store;
        _settings = settings;
        _pool = ledger.CreatePool();
        _isRestoring = store.Committed is not null;
    }

    public BatchNumber? Committed => _store.Committed;

    /// <summary>Batches on the speculative head.</summary>
    public int Depth => _pipeline.Depth;

    public bool IsLeader => _role.IsLeader;

    /// <summary>
    /// What was submitted waits for more, for a few milliseconds or until the batch before it is committed: nothing that is
    /// submitted meanwhile is urgent, and time should be given soon.
    /// </summary>
    public bool IsGathering { get; private set; }

    /// <summary>For questions about what waits; on the executor's thread.</summary>
    public ITransactionPool Pool => _pool;

    public void Step(ExecutorInput input, ExecutorEffects effects)
    {
        switch (input)
        {
            case TimeInput time: OnTime(time, effects); break;
            case SubmittedInput submitted: OnSubmitted(submitted, effects); break;
            case ForwardedInput forwarded: OnForwarded(forwarded, effects); break;
            case ForwardAnsweredInput answered: OnForwardAnswered(answered, effects); break;
            case RoleInput role: OnRole(role, effects); break;
            case CommittedInput committed: OnCommitted(committed, effects); break;
            case ApplyInput apply: OnApply(apply, effects); break;
            case ProposalRefusedInput refused: OnProposalRefused(refused, effects); break;
            case SealedInput sealedBatch: OnSealed(sealedBatch, effects); break;
            case RandomInput random: OnRandom(random); break;
            case SettingsInput settings: _settings = settings.Settings; break;
            default: throw new InvariantException($"unknown input {input.GetType().Name}");
        }
    }

    /// <summary>
    /// Called when no further input is waiting: forms batches from all that has gathered and sends on what was taken for the
    /// leader, so that one message and one batch serve many clients.
    /// </summary>
    public void Flush(ExecutorEffects effects)
    {
        IsGathering = false;
        if (!_role.IsLeader && _role.HasLeader) IsGathering = !_forwards.TryFlush(_time.Now, _settings.ForwardIntervalMs, _pool, effects);
        AskForRandom(effects);
        if (_role.IsLeader) FormBatches(effects);
    }

    private void OnTime(TimeInput time, ExecutorEffects effects)
    {
        _time = time;
        _size.OnTime(time.Now);
        _waiting.Expire(time.Now, effects);
    }

    private void OnRandom(RandomInput random)
    {
        _randomAsked = false;
        foreach (Hash256 value in random.Values) _random.Enqueue(value);
    }

    private void AskForRandom(ExecutorEffects effects)
    {
        if (_randomAsked || _random.Count > Limits.RandomValues / 2) return;
        _randomAsked = true;
        effects.Add(new DrawRandomEffect(Limits.RandomValues - _random.Count));
    }

    private void OnSubmitted(SubmittedInput input, ExecutorEffects effects)
    {
        AdmittedTransaction transaction = input.Transaction;
        if (_store.Head is null)
        {
            var starting = new Refusal(Limits.StartingCode, "the network is starting: there is no state yet");
            effects.Add(new CompleteEffect(input.Ticket, new Submission(SubmissionState.Refused, starting)));
            return;
        }
        PoolResult result;
        using (StoreView head = _store.OpenHead()) result = _pool.Add(transaction, NodeId.None, head);
        if (result.Refusal is not null)
        {
            effects.Add(new CompleteEffect(input.Ticket, new Submission(SubmissionState.Refused, result.Refusal)));
            return;
        }
        if (result.Replaced is not null) _waiting.Complete(result.Replaced.Id, new Submission(SubmissionState.Held, null), effects);
        if (!result.IsKnown && !_role.IsLeader && _role.HasLeader) _forwards.Add(transaction);
        bool waits = (result.IsNext || _waiting.Contains(transaction.Id))
            && _waiting.TryAdd(transaction.Id, input.Ticket, new Tick(_time.Now.Value + _settings.HoldMs));
        if (!waits) effects.Add(new CompleteEffect(input.Ticket, new Submission(SubmissionState.Held, null)));
    }

    private void OnForwarded(ForwardedInput input, ExecutorEffects effects)
    {
        if (!_role.IsLeader || _store.Head is null) return; // The VN that took them sends them again to each new leader.
        List<(Hash256, Refusal)> refused = [];
        using StoreView head = _store.OpenHead();
        foreach (AdmittedTransaction transaction in input.Transactions)
            if (_pool.Add(transaction, input.From, head).Refusal is { } refusal) refused.Add((transaction.Id, refusal));
        Hash256[] wanted = [.. input.Asked.Where(id => !_pool.Contains(id))];
        effects.Add(new AnswerForwardEffect(input.From, wanted, refused));
    }

    private void OnForwardAnswered(ForwardAnsweredInput input, ExecutorEffects effects)
    {
        _forwards.OnAnswer(input.Wanted);
        foreach ((Hash256 id, Refusal refusal) in input.Refused)
        {
            if (!_waiting.Contains(id) || _forwards.IsRepeated(id)) continue;
            _pool.Remove(id);
            _waiting.Complete(id, new Submission(SubmissionState.Refused, refusal), effects);
        }
    }

    private void OnRole(RoleInput role, ExecutorEffects effects)
    {
        RoleInput before = _role;
        _role = role;
        if (before.IsLeader && (!role.IsLeader || role.Term != before.Term))
        {
            RollBackTo(_store.Committed, effects);
            if (_store.Head is not null)
                using (StoreView head = _store.OpenHead()) _pool.KeepOwn(head);
        }
        bool isNewLeader = role.HasLeader && !role.IsLeader && (role.Term != before.Term || !before.HasLeader);
        if (role.IsLeader || !role.HasLeader) _forwards.Clear();
        if (!isNewLeader) return;
        _scratch.Clear();
        _pool.CopyOwn(_scratch);
        _forwards.Restart(_scratch);
    }

    private void OnProposalRefused(ProposalRefusedInput input, ExecutorEffects effects)
    {
        if (!_role.IsLeader || input.Attempt != _attempt || !_pipeline.Holds(input.From)) return;
        _role = _role with { GovernanceVersion = input.GovernanceVersion };
        RollBackTo(input.From == BatchNumber.Zero ? null : new BatchNumber(input.From.Value - 1), effects);
    }

    /// <summary>Undoes speculation after <paramref name="to"/>; null: all of it, before genesis.</summary>
    private void RollBackTo(BatchNumber? to, ExecutorEffects effects)
    {
        _attempt++;
        if (_pipeline.Depth == 0) return;
        _scratch.Clear();
        _pipeline.DropFrom(to is { } kept ? kept.Next() : BatchNumber.Zero, _scratch);
        if (to is { } version) _store.RollBack(version);
        else _store.RollBackToCommitted();
        if (_scratch.Count > 0)
            using (StoreView head = _store.OpenHead()) _pool.Return(_scratch, head);
        effects.Add(new UnsealEffect(to ?? BatchNumber.Zero));
    }

    private void OnSealed(SealedInput input, ExecutorEffects effects)
    {
        if (_pipeline.Find(input.Batch) is not { } batch) return; // rolled back meanwhile
        batch.Complete(input.Results);
        effects.Add(new ProposeEffect(_role.Term, _role.GovernanceVersion, _attempt, batch.Record!, input.Claims));
    }

    private void OnCommitted(CommittedInput input, ExecutorEffects effects)
    {
        SpeculativeBatch batch = _pipeline.TakeOldest(input.Batch);
        Invariant.Holds(batch.Record is not null, "what is committed was sealed and proposed");
        Publish(new AppliedBatch(input.Index, batch.Record!, batch.Executed), effects);
    }

    private void OnApply(ApplyInput input, ExecutorEffects effects)
    {
        Invariant.Holds(_pipeline.Depth == 0, "batches of others come only when nothing is speculative");
        if (_isRestoring)
        {
            Restore(input, effects);
            return;
        }
        Invariant.Holds(
            _store.TryApply(input.Record.Number, input.Record.WriteSet.Span), "a committed write set fits the store");
        Publish(new AppliedBatch(input.Index, input.Record, null), effects);
        effects.Add(SettleEffect.Instance);
    }

    private void Restore(ApplyInput input, ExecutorEffects effects)
    {
        Invariant.Holds(input.Record.Number == _store.Committed, "the first batch after a snapshot is the snapshot's own");
        _isRestoring = false;
        _lastUnixMs = input.Record.Environment.UnixMs;
        _ledger.Restored(new AppliedBatch(input.Index, input.Record, null), _store.OpenCommitted());
        // How many confirmations followed already is not known: a few more do no harm, one less would.
        _confirmationsLeft = _settings.ConfirmationBatches;
        _nextConfirmation = new Tick(_time.Now.Value + _settings.ConfirmationIntervalMs);
        effects.Add(new AppliedEffect(input.Record.Number, input.Index, input.Record));
        effects.Add(SettleEffect.Instance);
    }

    private void Publish(AppliedBatch applied, ExecutorEffects effects)
    {
        _store.Commit(applied.Record.Number);
        _lastUnixMs = Math.Max(_lastUnixMs, applied.Record.Environment.UnixMs);
        _ids.Clear();
        _ledger.Applied(applied, _ids);
        _scratch.Clear();
        using (StoreView head = _store.OpenHead()) _pool.Committed(_ids, head, _scratch);
        foreach (Hash256 id in _ids) _waiting.Complete(id, new Submission(SubmissionState.Committed, null), effects);
        foreach (AdmittedTransaction replaced in _scratch)
            _waiting.Complete(replaced.Id, new Submission(SubmissionState.Held, null), effects);
        ScheduleConfirmation(applied);
        effects.Add(new AppliedEffect(applied.Record.Number, applied.Index, applied.Record));
    }

    /// <summary>Every VN counts alike, so that a new leader goes on where the old one stopped.</summary>
    private void ScheduleConfirmation(AppliedBatch applied)
    {
        if (_ids.Count > 0) _confirmationsLeft = _settings.ConfirmationBatches;
        else if (_confirmationsLeft > 0) _confirmationsLeft--;
        if (applied.Record.Number == BatchNumber.Zero) _confirmationsLeft = 0;
        _nextConfirmation = new Tick(_time.Now.Value + _settings.ConfirmationIntervalMs);
    }

    private void FormBatches(ExecutorEffects effects)
    {
        while (_random.Count > 0 && _size.Left > 0 && _pipeline.Depth < _settings.MaxPipelineDepth && ShouldForm())
            if (!TryForm(effects)) return;
    }

    private bool ShouldForm()
    {
        if (_store.Head is null) return true; // genesis
        if (_pool.HasReady)
        {
            int waiting = _pool.Count - _pipeline.TransactionCount;
            if (waiting >= Math.Min(_settings.MinPipelinedTransactions, _settings.MaxBatchTransactions)) return true;
            // As many as the last time are, where clients wait for their answers, all that will come.
            bool isMoreLikely = _lastFormedCount >= _settings.LoadTransactions && waiting < _lastFormedCount;
            IsGathering = _pipeline.Depth > 0 || (isMoreLikely && _time.Now.Value < _lastFormed.Value + _settings.BatchIntervalMs);
            return !IsGathering;
        }
        return _pipeline.Depth == 0 && _confirmationsLeft > 0 && _time.Now >= _nextConfirmation;
    }

    /// <summary>Takes, executes and hands over one batch; false when nothing of it could be included.</summary>
    private bool TryForm(ExecutorEffects effects)
    {
        BatchNumber number = _store.Head is { } head ? head.Next() : BatchNumber.Zero;
        var taken = new List<AdmittedTransaction>();
        if (number != BatchNumber.Zero)
            using (StoreView view = _store.OpenHead()) _pool.Take(Math.Min(_settings.MaxBatchTransactions, _size.Left), _settings.MaxBatchBytes, view, taken);
        _lastUnixMs = Math.Max(_lastUnixMs, _time.UnixMs);
        var input = new BatchInput(number, new BatchEnvironment(_lastUnixMs, _random.Dequeue()), taken);
        TransactionSet set = _store.Begin(number);
        IExecutedBatch executed = _ledger.Execute(input, set);
        _size.Formed(_time.Now, taken.Count);
        Refuse(executed, effects);
        if (executed.Included.Count == 0 && taken.Count > 0)
        {
            _store.Discard(set);
            ReturnOthers(taken, executed);
            return false;
        }
        _writeSet.Clear();
        set.EncodeWriteSet(_writeSet);
        _store.Seal(set);
        ReturnOthers(taken, executed);
        (_lastFormed, _lastFormedCount) = (_time.Now, executed.Included.Count);
        _pipeline.Add(new SpeculativeBatch(input, executed, _writeSet.ToArray()));
        effects.Add(new SealEffect(executed));
        return true;
    }

    private void Refuse(IExecutedBatch executed, ExecutorEffects effects)
    {
        foreach ((AdmittedTransaction transaction, Refusal reason) in executed.Refused)
        {
            _pool.Remove(transaction.Id);
            _waiting.Complete(transaction.Id, new Submission(SubmissionState.Refused, reason), effects);
        }
    }

    /// <summary>What was neither included nor refused (it did not fit) waits again.</summary>
    private void ReturnOthers(List<AdmittedTransaction> taken, IExecutedBatch executed)
    {
        if (taken.Count == executed.Included.Count + executed.Refused.Count) return;
        var settled = new HashSet<Hash256>(taken.Count);
        foreach (AdmittedTransaction included in executed.Included) settled.Add(included.Id);
        foreach ((AdmittedTransaction refused, _) in executed.Refused) settled.Add(refused.Id);
        taken.RemoveAll(transaction => settled.Contains(transaction.Id));
        using StoreView view = _store.OpenHead();
        _pool.Return(taken, view);
    }
}
