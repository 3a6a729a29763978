using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>
/// The leader's side: proposals, replication, commits by counting (only entries of its own term, Raft 5.4.2), heartbeats, and
/// stepping down when no quorum is heard (thesis 6.2).
/// </summary>
internal sealed class Leadership
{
    private readonly RaftState _state;
    private readonly Replicator _replicator;
    private readonly ReadRounds _reads;
    private readonly Transfer _transfer;
    private readonly MembershipChange _change;
    private ulong _heartbeatAt;

    public Leadership(RaftState state)
    {
        _state = state;
        Peers = new Peers(state);
        _replicator = new Replicator(state);
        _reads = new ReadRounds(state, Peers);
        _transfer = new Transfer(state, Peers);
        _change = new MembershipChange(state);
    }

    public Peers Peers { get; }

    private bool IsLeader => _state.Role == ConsensusRole.Leader;

    private bool HasCommittedInTerm => _state.Log.TryTermAt(_state.Commit, out Term term) && term == _state.Term;

    public void Begin()
    {
        _state.Role = ConsensusRole.Leader;
        _state.Leader = _state.Self;
        Peers.Clear();
        Peers.TakeOver(_state.Configuration);
        _change.Forget();
        SendHeartbeats();
    }

    public void End()
    {
        _reads.End();
        _transfer.End();
        Peers.Clear();
    }

    public void Tick()
    {
        if (!Peers.HearsQuorum)
        {
            _state.Follow(_state.Term, null);
            return;
        }
        _transfer.Tick();
        if (_state.Now - _heartbeatAt >= (ulong)_state.Settings.HeartbeatTicks) SendHeartbeats();
    }

    public void Propose(IReadOnlyList<ConsensusEntry> entries)
    {
        int accepted = 0;
        ProposalRefusal? refusal = null;
        bool hasChange = false;
        for (long bytes = 0; accepted < entries.Count; accepted++)
        {
            ConsensusEntry entry = entries[accepted];
            bytes += LogTail.SizeOf(entry);
            refusal = Check(entry, accepted, bytes, ref hasChange);
            if (refusal is not null) break;
        }
        if (accepted > 0) AppendOwn(accepted == entries.Count ? entries : [.. entries.Take(accepted)], hasChange);
        if (refusal is { } reason) _state.Effects.Add(new RefusedEffect(entries[accepted].Index, reason));
    }

    public void ReadIndex(ulong request)
    {
        if (!IsLeader)
        {
            _reads.Refuse(request);
            return;
        }
        _reads.Request(request);
        AdvanceReads();
    }

    public void TransferTo(NodeId? target)
    {
        if (!IsLeader) return;
        _transfer.Begin(target);
    }

    public void OnAck(Progress peer, in RaftMessage message)
    {
        if (message.Index > _state.Log.Last.Index) return;
        bool isNew = peer.Acknowledged(message.Index);
        if (peer.State == ProgressState.Probe && message.Index == peer.Match) peer.Replicate();
        if (peer.State == ProgressState.Snapshot && peer.Match >= _state.Log.Base.Index) peer.Replicate();
        if (!isNew || !TryCommit()) SendOrTell(peer);
        if (IsLeader) _transfer.OnProgress(peer);
    }

    public void OnReject(Progress peer, in RaftMessage message)
    {
        if (peer.State == ProgressState.Replicate && message.Index > peer.Match)
        {
            peer.Probe(peer.Match.Next());
        }
        else if (peer.State == ProgressState.Probe && message.Index.Next() == peer.Next)
        {
            // Skip whole terms (Raft 5.3): no agreement is possible where this log is newer than the follower's hint.
            LogIndex hint = _state.Log.LastNotNewer(message.Hint, message.LogTerm).Index;
            peer.Probe(hint < message.Index ? hint.Next() : message.Index);
        }
        else
        {
            return;
        }
        _replicator.Send(peer);
    }

    public void OnHeartbeatAck(Progress peer, in RaftMessage message)
    {
        if (message.Round > _reads.Round) return;
        if (peer.Round < message.Round) peer.Round = message.Round;
        if (_state.Now - peer.ProbedAt >= (ulong)_state.Settings.HeartbeatTicks) peer.ResumeProbe();
        // A follower that has restarted in this term holds its log but must be shown anew that it is the leader's, to commit.
        bool isUnsure = message.Index < _state.Commit;
        if (isUnsure || peer.Match < _state.Log.Last.Index || peer.State == ProgressState.Probe) _replicator.Send(peer, evenIfEmpty: true);
        AdvanceReads();
    }

    public void OnPersisted() => TryCommit();

    /// <summary>A joint configuration that has committed is to be ended by the owner.</summary>
    public void AskForEndOfChange() => _change.AskForEnd(HasCommittedInTerm);

    public void OnEntriesRead(EntriesReadInput input)
    {
        if (Peers.Find(input.For) is { } peer) _replicator.OnEntriesRead(peer, input.First, input.Entries);
    }

    public void OnSnapshotSent(SnapshotSentInput input)
    {
        if (Peers.Find(input.To) is { } peer && input.Snapshot.Index <= _state.Log.Last.Index)
            _replicator.OnSnapshotSent(peer, input.Snapshot, input.Arrived);
    }

    private ProposalRefusal? Check(ConsensusEntry entry, int position, long bytes, ref bool hasChange)
    {
        LogPosition last = _state.Log.Last;
        if (!IsLeader) return ProposalRefusal.NotLeader;
        if (entry.Term != _state.Term) return ProposalRefusal.OtherTerm;
        if (entry.Index.Value != last.Index.Value + (ulong)position + 1) return ProposalRefusal.OutOfPlace;
        if (_transfer.IsUnderWay) return ProposalRefusal.TransferUnderWay;
        if (IsTooMuch(last, position, bytes)) return ProposalRefusal.TooManyUncommitted;
        if (entry.Configuration is not { } next || next.Equals(_state.Configuration)) return null;
        if (hasChange) return ProposalRefusal.ConfigurationUnderWay;
        hasChange = true;
        return _change.Check(next, HasCommittedInTerm);
    }

    /// <summary>Entries inherited from older terms commit only with one of this term, so the first is never too much.</summary>
    private bool IsTooMuch(LogPosition last, int position, long bytes)
    {
        if (position == 0 && (last.Index == _state.Commit || last.Term != _state.Term)) return false;
        return last.Index.Value + (ulong)position - _state.Commit.Value >= (ulong)_state.Settings.MaxUncommittedEntries
            || _state.Log.BytesAfter(_state.Commit) + bytes > _state.Settings.MaxUncommittedBytes;
    }

    private void AppendOwn(IReadOnlyList<ConsensusEntry> entries, bool hasChange)
    {
        _state.Append(entries);
        if (hasChange) Peers.TakeOver(_state.Configuration);
        for (int i = 0; i < Peers.Count; i++) _replicator.Send(Peers[i]);
        if (hasChange) TryCommit();
    }

    private bool TryCommit()
    {
        LogIndex index = Peers.Committable;
        if (index <= _state.Commit || !_state.Log.TryTermAt(index, out Term term) || term != _state.Term) return false;
        _state.CommitTo(index);
        AdvanceReads();
        for (int i = 0; i < Peers.Count; i++) SendOrTell(Peers[i]);
        StepDownIfRemoved();
        return true;
    }

    /// <summary>New entries carry the commit index; who gets none now is told by itself, so that nobody waits for a heartbeat.</summary>
    private void SendOrTell(Progress peer)
    {
        if (_replicator.Send(peer) || peer.State != ProgressState.Replicate || peer.CommitTold >= _state.Commit) return;
        peer.CommitTold = _state.Commit;
        _state.Effects.Add(new SendEffect(peer.Node, Heartbeat(isAnswerWanted: false)));
    }

    /// <summary>A leader outside the new voters manages the change to its end, then goes (Raft 6) and lets the furthest one follow at once.</summary>
    private void StepDownIfRemoved()
    {
        if (_state.Configuration.IsVoter(_state.Self) || _state.Configurations.CurrentIndex > _state.Commit) return;
        _transfer.Begin(null);
        _state.Follow(_state.Term, null);
    }

    private void AdvanceReads()
    {
        if (_reads.Advance(HasCommittedInTerm)) SendHeartbeats();
    }

    private void SendHeartbeats()
    {
        _heartbeatAt = _state.Now;
        if (Peers.Count == 0) return;
        ConsensusMessage heartbeat = Heartbeat(isAnswerWanted: true);
        for (int i = 0; i < Peers.Count; i++)
        {
            _state.Effects.Add(new SendEffect(Peers[i].Node, heartbeat));
            if (Peers[i].State == ProgressState.Replicate) Peers[i].CommitTold = _state.Commit;
        }
    }

    private ConsensusMessage Heartbeat(bool isAnswerWanted) => _state.Encode(new RaftMessage
    {
        Kind = MessageKind.Heartbeat,
        Term = _state.Term,
        Commit = _state.Commit,
        Round = _reads.Round,
        Flag = isAnswerWanted,
    }, []);
}
