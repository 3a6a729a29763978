using Coco.Consensus;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// Keeps the worker at the committed state: a new one is told what to be, fed from the ledger files until it has all that is
/// committed, and from then on gets each batch as it commits. Only then may it act as leader.
/// </summary>
internal sealed class WorkerFeed(ReplicaContext context)
{
    private enum Phase
    {
        Absent,
        Welcomed,
        Feeding,
        Live,
    }

    private Phase _phase = Phase.Absent;
    private LogIndex _next;
    private SnapshotFacts? _snapshot;
    private bool _isReading;
    private WorkerRoleEffect? _role;
    private ulong _goneSince;
    private bool _hasLived;
    private ulong? _handedOverAt;
    private int _handOvers;

    public bool IsLive => _phase == Phase.Live;

    /// <summary>How long no live worker was there, in ticks.</summary>
    public ulong GoneTicks => IsLive ? 0 : context.Now - _goneSince;

    /// <summary>A worker that lived is gone, or none came in a long time: another VN should lead meanwhile.</summary>
    private bool IsMissed => GoneTicks >= (_hasLived ? Limits.WorkerGoneTicks : Limits.WorkerStartTicks);

    /// <summary>
    /// Asked by a leader at each tick. Where no VN has a worker, leadership must not go round and round: not twice within a while. It
    /// doubles each time while the first worker is awaited, since a large genesis state may keep all of them from being ready for minutes.
    /// </summary>
    public bool MayHandOver()
    {
        int doublings = _hasLived ? 0 : Math.Min(_handOvers, Limits.HandOverDoublings);
        if (!IsMissed || context.Now - _handedOverAt < Limits.HandOverTicks << doublings) return false;
        _handedOverAt = context.Now;
        _handOvers++;
        return true;
    }

    public void OnConnected()
    {
        OnGone();
        _phase = Phase.Welcomed;
        WelcomeIfPossible();
    }

    /// <summary>A worker can be told what to be once the constitution is known.</summary>
    public void WelcomeIfPossible()
    {
        if (context.IsSuspended || _phase != Phase.Welcomed || _next != LogIndex.Zero || context.Tail.CommittedState is not { } state) return;
        _snapshot = context.Snapshots.Newest?.Facts;
        // The entry of the snapshot's own batch comes again: what follows is built on it.
        LogIndex first = _snapshot?.Index ?? new LogIndex(1);
        // The files from there on may still be fetched: the snapshot that this VN went on from can't be read any more, and there is none or an older one.
        if (context.Chunks is { } chunks && chunks.First > first) return;
        _next = first;
        context.FeedingFrom = _snapshot?.Index;
        context.Effects.Add(new WelcomeWorkerEffect(state, _snapshot));
    }

    /// <summary>It holds the state that it was given; read for it once this VN takes part.</summary>
    public void OnReady(BatchNumber? version)
    {
        if (_phase != Phase.Welcomed || _next == LogIndex.Zero) return;
        context.FeedingFrom = null;
        if (version == _snapshot?.Header.Batch)
        {
            _phase = Phase.Feeding;
            return;
        }
        context.Effects.Add(new AlertEffect(
            "divergence", $"The worker is at batch {version?.ToString() ?? "none"} with the snapshot of batch {_snapshot?.Header.Batch.ToString() ?? "none"}."));
        context.Effects.Add(new DropWorkerEffect("it is not where its snapshot is"));
    }

    /// <summary>Its state was replaced by one that lies far ahead: a new one begins with that.</summary>
    public void Drop(string reason)
    {
        if (_phase != Phase.Absent) context.Effects.Add(new DropWorkerEffect(reason));
        OnGone();
    }

    /// <summary>This VN may serve nobody for a while: no worker is missed meanwhile, nor soon after.</summary>
    public void Suspend()
    {
        Drop("this VN's lease has ended");
        _hasLived = false;
    }

    public void OnResumed() => _goneSince = context.Now;

    /// <summary>Admitted transactions go to the leader.</summary>
    public void OnForward(ForwardInput forward)
    {
        if (context.IsActive && context.Consensus.Status.Leader is { } leader && leader != context.Self)
            context.Send(leader, new TransactionsMessage(forward.Message));
    }

    public void OnGone()
    {
        if (_phase == Phase.Live) _goneSince = context.Now;
        _phase = Phase.Absent;
        context.FeedingFrom = null;
        _next = LogIndex.Zero;
        _isReading = false;
        _role = null;
        foreach (TailEntry entry in context.Tail.Entries) entry.IsHeldByWorker = false;
    }

    /// <summary>It is told before anything else comes, and drops what it executed and what did not commit.</summary>
    public void OnLeadershipLost()
    {
        TellRole(mayLead: false);
        LetGo();
    }

    /// <summary>A worker that leads no more has dropped what it executed: those batches are sent to it when they commit.</summary>
    private void LetGo()
    {
        foreach (TailEntry entry in context.Tail.Entries) entry.IsHeldByWorker = false;
    }

    /// <summary>Reads on where the worker is behind; called after each step.</summary>
    public void Continue()
    {
        if (_phase != Phase.Feeding || _isReading) return;
        if (_next > context.Tail.Processed)
        {
            _phase = Phase.Live;
            _hasLived = true;
            context.Trace("The worker has the committed state.");
            return;
        }
        if (_next > context.Consensus.Status.Persisted) return; // committed by others, not yet on this disk
        _isReading = true;
        context.Effects.Add(new ReadLogEffect(LogReader.Worker.Instance, _next, context.Start.FeedBytes));
    }

    public void OnRead(LogReadInput input)
    {
        if (_phase != Phase.Feeding || input.First != _next) return;
        _isReading = false;
        foreach (ReadOnlyMemory<byte> bytes in input.Frames)
        {
            if (_next > context.Tail.Processed) break;
            Invariant.Holds(EntryFrame.TryParse(bytes, out EntryFrame frame), "the files' reader gives whole frames");
            Invariant.Holds(frame.Header.Index == _next, "frames are read in order");
            if (frame.Header.Kind == EntryKind.Batch) Apply(in frame);
            _next = _next.Next();
        }
    }

    /// <summary>An entry was committed and processed just now.</summary>
    public void OnCommitted(TailEntry entry)
    {
        if (entry.Kind != EntryKind.Batch || _phase != Phase.Live) return;
        if (entry.IsHeldByWorker) context.Effects.Add(new BatchCommittedEffect(entry.LastBatch!.Value, entry.Index));
        else Apply(entry.Frame);
    }

    /// <summary>Tells a live worker its role when that has changed. A leader acts once an entry of its own term is committed.</summary>
    public void TellRole(bool mayLead)
    {
        if (!IsLive) return;
        ConsensusStatus status = context.Consensus.Status;
        bool isLeader = status.Role == ConsensusRole.Leader && mayLead && (_role is { IsLeader: true } || HoldsAllBatches());
        var role = new WorkerRoleEffect(
            status.Term, isLeader, isLeader || IsLedByOther(status), context.State.Version);
        if (role == _role) return;
        // A new governance version alone is told by refusing a stale proposal; the worker goes on until then.
        bool isOnlyVersion = _role is not null && isLeader && _role with { GovernanceVersion = role.GovernanceVersion } == role;
        if (_role is { IsLeader: true } && !isLeader) LetGo();
        if (isLeader && _role is not { IsLeader: true }) context.Trace($"The worker may act as leader in term {status.Term}.");
        _role = role;
        if (!isOnlyVersion) context.Effects.Add(role);
    }

    /// <summary>
    /// A leader takes transactions once an entry of its own term is committed (CON-7). Before that it would drop them, so there is
    /// nobody yet to send them to.
    /// </summary>
    private bool IsLedByOther(ConsensusStatus status) =>
        status.Leader is { } leader && leader != context.Self && context.Tail.ProcessedPosition.Term == status.Term;

    /// <summary>No batch of a worker before this one is still to be committed: it would not be on this one's speculative head.</summary>
    private bool HoldsAllBatches()
    {
        foreach (TailEntry entry in context.Tail.Entries)
            if (entry.Kind == EntryKind.Batch && !entry.IsHeldByWorker) return false;
        return true;
    }

    private void Apply(in EntryFrame frame)
    {
        int length = frame.PlaintextLength;
        byte[] record = GC.AllocateUninitializedArray<byte>(length);
        Invariant.Holds(context.Cipher is not null && context.Cipher.TryOpen(in frame, record), "a committed entry can be decrypted");
        context.Effects.Add(new ApplyBatchEffect(frame.Header.Index, record));
    }
}
