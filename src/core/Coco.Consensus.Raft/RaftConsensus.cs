using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>
/// Raft as a consensus plug (Ongaro, Ousterhout 2014; Ongaro's thesis): hands each input to the part that it concerns, then gives
/// out what changed. It makes no entries of its own: the owner proposes the first entry of a term when it becomes the leader.
/// </summary>
public sealed class RaftConsensus : IConsensus
{
    private readonly RaftState _state;
    private readonly Leadership _leadership;
    private readonly Elections _elections;
    private readonly Following _following;
    private ConsensusStatus? _status;
    private bool _isLeading;
    private (ConsensusRole Role, Term Term, NodeId? Leader) _saidRole;
    private LogIndex _saidCommit;

    internal RaftConsensus(ConsensusStart start)
    {
        Invariant.Holds(start.Self != NodeId.None, "a node has an id");
        Invariant.Holds(start.Settings.ElectionTimeoutTicks > start.Settings.HeartbeatTicks, "heartbeats come within the election timeout");
        Invariant.Holds(start.Settings.MaxInflightAppends > 0, "at least one append may be on its way");
        _state = new RaftState(start);
        _leadership = new Leadership(_state);
        _elections = new Elections(_state, _leadership, start.Seed);
        _following = new Following(_state, _elections);
        if (start.Shown is not null) _elections.SuspectLeader();
        _saidRole = (_state.Role, _state.Term, _state.Leader);
        _saidCommit = _state.Commit;
    }

    public ConsensusStatus Status => _status ??= MakeStatus();

    public void Step(ConsensusInput input, ConsensusEffects effects)
    {
        _status = null;
        _state.Effects = effects;
        Dispatch(input);
        Finish(effects);
    }

    private void Dispatch(ConsensusInput input)
    {
        switch (input)
        {
            case TickInput: Tick(); break;
            case ReceivedInput received: Receive(received); break;
            case ProposeInput propose: _leadership.Propose(propose.Entries); break;
            case PersistedInput persisted: Persisted(persisted.Ticket); break;
            case EntriesReadInput read: _leadership.OnEntriesRead(read); break;
            case SnapshotSentInput sent: _leadership.OnSnapshotSent(sent); break;
            case SnapshotTakenInput taken: _state.Compact(taken.UpTo); break;
            case SnapshotInstalledInput installed: SnapshotInstalled(installed); break;
            case TransferInput transfer: _leadership.TransferTo(transfer.To); break;
            case SuspectedInput suspected when _state.Leader == suspected.Node: _elections.SuspectLeader(); break;
            case SuspectedInput: break;
            case HeardInput heard: Heard(heard.Node); break;
            case ReadIndexInput read: _leadership.ReadIndex(read.Request); break;
            default: Invariant.Fail("every input is known"); break;
        }
    }

    private void Tick()
    {
        _state.Now++;
        if (_state.Role == ConsensusRole.Leader) _leadership.Tick();
        else _elections.Tick();
    }

    private void Heard(NodeId node)
    {
        if (_state.Role == ConsensusRole.Leader) _leadership.Peers.Find(node)?.Heard(_state.Now);
        else if (_state.Leader == node) _elections.HeardLeader();
    }

    private void Persisted(ulong ticket)
    {
        if (!_state.Disk.Answered(ticket)) return;
        _elections.OnPersisted();
        if (_state.Role == ConsensusRole.Leader) _leadership.OnPersisted();
        else _following.OnPersisted();
    }

    private void SnapshotInstalled(SnapshotInstalledInput input)
    {
        LogIndex last = _state.Log.Base.Index;
        _following.OnSnapshotInstalled(input.Snapshot, input.Configuration);
        if (_state.Log.Base.Index != last && _state.Log.Base == input.Snapshot) _saidCommit = _state.Commit;
    }

    private void Receive(ReceivedInput input)
    {
        if (input.From == _state.Self || input.From == NodeId.None) return;
        if (!RaftMessageCodec.TryDecode(input.Message.Header.Span, out RaftMessage message)) return;
        if (message.Kind != MessageKind.Append && input.Message.Entries.Count > 0) return;
        if (!TrySettleTerm(input.From, message)) return;
        if (_state.Role == ConsensusRole.Leader && ReceiveAsLeader(input.From, message)) return;
        switch (message.Kind)
        {
            case MessageKind.PreVoteRequest: _elections.OnPreVoteRequest(input.From, message); break;
            case MessageKind.PreVoteReply: _elections.OnPreVoteReply(input.From, message); break;
            case MessageKind.VoteRequest: _elections.OnVoteRequest(input.From, message); break;
            case MessageKind.VoteReply: _elections.OnVoteReply(input.From, message); break;
            case MessageKind.Append: _following.OnAppend(input.From, message, input.Message.Entries); break;
            case MessageKind.Heartbeat: _following.OnHeartbeat(input.From, message); break;
            case MessageKind.TimeoutNow: _elections.OnTimeoutNow(); break;
            default: break;
        }
    }

    /// <summary>Compares terms (Raft 5.1); false when the message ends here. Pre-votes move nobody's term (thesis 9.6).</summary>
    private bool TrySettleTerm(NodeId from, in RaftMessage message)
    {
        if (message.Term < _state.Term)
        {
            AnswerOlderTerm(from, message.Kind);
            return false;
        }
        if (message.Term == _state.Term) return true;
        if (_elections.Ignores(message)) return false;
        bool isPreVote = message.Kind == MessageKind.PreVoteRequest || (message.Kind == MessageKind.PreVoteReply && message.Flag);
        if (isPreVote) return true;
        bool isFromLeader = message.Kind is MessageKind.Append or MessageKind.Heartbeat or MessageKind.TimeoutNow;
        _state.Follow(message.Term, isFromLeader ? from : null);
        return true;
    }

    /// <summary>A deposed leader or a lagging candidate learns of the newer term; otherwise, with sticky followers, it might never.</summary>
    private void AnswerOlderTerm(NodeId from, MessageKind kind)
    {
        MessageKind? answer = kind switch
        {
            MessageKind.PreVoteRequest => MessageKind.PreVoteReply,
            MessageKind.VoteRequest => MessageKind.VoteReply,
            MessageKind.Append or MessageKind.Heartbeat => MessageKind.HeartbeatAck,
            _ => null,
        };
        if (answer is { } reply) _state.Send(from, new RaftMessage { Kind = reply, Term = _state.Term });
    }

    /// <summary>Whether the message was one that only a leader takes, or that a leader never takes.</summary>
    private bool ReceiveAsLeader(NodeId from, in RaftMessage message)
    {
        if (message.Kind is MessageKind.Append or MessageKind.Heartbeat or MessageKind.TimeoutNow) return true;
        if (message.Kind is not (MessageKind.AppendAck or MessageKind.AppendReject or MessageKind.HeartbeatAck)) return false;
        if (_leadership.Peers.Find(from) is not { } peer) return true;
        peer.Heard(_state.Now);
        if (message.Kind == MessageKind.AppendAck) _leadership.OnAck(peer, message);
        else if (message.Kind == MessageKind.AppendReject) _leadership.OnReject(peer, message);
        else _leadership.OnHeartbeatAck(peer, message);
        return true;
    }

    private void Finish(ConsensusEffects effects)
    {
        bool isLeader = _state.Role == ConsensusRole.Leader;
        if (_isLeading && !isLeader)
        {
            _leadership.End();
            _elections.RestartTimer();
        }
        _isLeading = isLeader;
        (ConsensusRole, Term, NodeId?) role = (_state.Role, _state.Term, _state.Leader);
        if (role != _saidRole) effects.Add(new RoleChangedEffect(_state.Role, _state.Term, _state.Leader));
        _saidRole = role;
        _state.FlushLog();
        if (_state.Commit != _saidCommit) effects.Add(new CommittedEffect(_state.Commit));
        _saidCommit = _state.Commit;
        if (isLeader) _leadership.AskForEndOfChange();
    }

    private ConsensusStatus MakeStatus() => new()
    {
        Self = _state.Self,
        Role = _state.Role,
        Term = _state.Term,
        Leader = _state.Leader,
        Last = _state.Log.Last,
        Commit = _state.Commit,
        Persisted = _state.Disk.Persisted,
        Configuration = _state.Configuration,
        HasQuorum = _isLeading ? _leadership.Peers.HearsQuorum : _elections.HearsLeader,
        Progress = _isLeading ? MakeProgress() : [],
    };

    private PeerStatus[] MakeProgress()
    {
        Peers peers = _leadership.Peers;
        var progress = new PeerStatus[peers.Count];
        for (int i = 0; i < progress.Length; i++)
            progress[i] = new PeerStatus(peers[i].Node, peers[i].Match, peers[i].HasBeenHeard && peers.IsHeard(peers[i]));
        return progress;
    }
}
