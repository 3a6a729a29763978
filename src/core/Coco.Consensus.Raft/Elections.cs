using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>
/// Timeouts, pre-votes (thesis 9.6), votes, and leader stickiness (thesis 4.2.3: who hears a leader ignores those who want to
/// replace it). A vote, and the request that implies the candidate's own, leaves only when the disk holds it.
/// </summary>
internal sealed class Elections
{
    private readonly RaftState _state;
    private readonly Leadership _leadership;
    private readonly SplitMix64 _random;
    private readonly List<(NodeId Node, bool IsGranted)> _votes = [];
    private int _elapsed;
    private int _timeout;
    private int _splitVotes;
    private bool _isRequestDue;
    private bool _isByTransfer;
    private NodeId? _grantDue;

    public Elections(RaftState state, Leadership leadership, ulong seed)
    {
        (_state, _leadership, _random) = (state, leadership, new SplitMix64(seed));
        RestartTimer();
    }

    /// <summary>The leader was heard less than the shortest election timeout ago; a leader hears itself.</summary>
    public bool HearsLeader =>
        _state.Role == ConsensusRole.Leader || (_state.Leader is not null && _elapsed < _state.Settings.ElectionTimeoutTicks);

    public void RestartTimer()
    {
        _elapsed = 0;
        _timeout = _state.Settings.ElectionTimeoutTicks + _random.Below(_state.Settings.ElectionTimeoutTicks);
    }

    public void HeardLeader() => (_elapsed, _splitVotes) = (0, 0);

    /// <summary>
    /// As if the leader had been silent for the shortest timeout: this node campaigns within a few ticks, a different number on
    /// each, and no longer ignores others who do. Pre-votes keep one mistaken node from disturbing a leader that the rest hears.
    /// </summary>
    public void SuspectLeader()
    {
        if (_state.Role == ConsensusRole.Leader) return;
        _elapsed = Math.Max(_elapsed, _state.Settings.ElectionTimeoutTicks);
        CampaignWithin(HeartbeatTicks);
    }

    public void Tick()
    {
        if (_elapsed < _timeout) _elapsed++;
        if (_elapsed < _timeout && !(_state.IsAlone && _state.Role == ConsensusRole.Follower)) AskAgain();
        else if (_state.MayCampaign) PreCampaign();
        else if (_state.Leader is not null) _state.Follow(_state.Term, null);
    }

    /// <summary>Whether a request for votes in a newer term is to be ignored, since there is a live leader and it has not asked for it.</summary>
    public bool Ignores(in RaftMessage message) =>
        message.Kind is MessageKind.VoteRequest or MessageKind.PreVoteRequest && !message.Flag && HearsLeader;

    public void OnPreVoteRequest(NodeId from, in RaftMessage message)
    {
        bool isGranted = message.Term > _state.Term && IsUpToDate(message);
        Term term = isGranted ? message.Term : _state.Term;
        _state.Send(from, new RaftMessage { Kind = MessageKind.PreVoteReply, Term = term, Flag = isGranted });
        if (isGranted && _state.Role == ConsensusRole.PreCandidate && GoesFirst(from, message)) _state.Follow(_state.Term, null);
    }

    public void OnVoteRequest(NodeId from, in RaftMessage message)
    {
        bool isFree = _state.Vote == from || (_state.Vote == NodeId.None && _state.Leader is null);
        if (message.Term == _state.Term && isFree && IsUpToDate(message)) Grant(from);
        else _state.Send(from, new RaftMessage { Kind = MessageKind.VoteReply, Term = _state.Term });
    }

    public void OnPreVoteReply(NodeId from, in RaftMessage message)
    {
        if (_state.Role != ConsensusRole.PreCandidate) return;
        Term expected = message.Flag ? _state.Term.Next() : _state.Term;
        if (message.Term == expected) Count(from, message.Flag);
    }

    public void OnVoteReply(NodeId from, in RaftMessage message)
    {
        if (_state.Role == ConsensusRole.Candidate && !_isRequestDue && message.Term == _state.Term) Count(from, message.Flag);
    }

    /// <summary>The leader hands over (thesis 3.10): no pre-vote, and voters need not wait until they miss the leader.</summary>
    public void OnTimeoutNow()
    {
        if (_state.MayCampaign && _state.Role is ConsensusRole.Follower or ConsensusRole.PreCandidate) Campaign(isByTransfer: true);
    }

    /// <summary>The disk has answered: what waited for it may leave.</summary>
    public void OnPersisted()
    {
        if (!_state.Disk.HoldsHardState) return;
        if (_isRequestDue && _state.Role == ConsensusRole.Candidate) RequestVotes();
        if (_grantDue is { } candidate && _state.Vote == candidate)
            _state.Send(candidate, new RaftMessage { Kind = MessageKind.VoteReply, Term = _state.Term, Flag = true });
        _grantDue = null;
    }

    private int HeartbeatTicks => Math.Max(_state.Settings.HeartbeatTicks, 1);

    private void CampaignWithin(int ticks) => _timeout = Math.Min(_timeout, _elapsed + 1 + _random.Below(ticks));

    /// <summary>
    /// Who has not answered is asked again each heartbeat (Raft 5.1): the request was lost, or came a moment before its receiver
    /// missed the leader as well, and would otherwise be repeated only after a whole timeout.
    /// </summary>
    private void AskAgain()
    {
        if (_elapsed % HeartbeatTicks != 0) return;
        if (_state.Role == ConsensusRole.PreCandidate) Request(MessageKind.PreVoteRequest, _state.Term.Next());
        else if (_state.Role == ConsensusRole.Candidate && !_isRequestDue) Request(MessageKind.VoteRequest, _state.Term);
    }

    private void Grant(NodeId candidate)
    {
        if (_state.Vote != candidate) _state.ChangeHardState(_state.Term, candidate);
        RestartTimer();
        _grantDue = candidate;
        OnPersisted();
    }

    private bool IsUpToDate(in RaftMessage message)
    {
        var last = new LogPosition(message.Index, message.LogTerm);
        return last.IsAsNewAs(_state.Log.Last) && _state.IsEnough(last);
    }

    /// <summary>
    /// When several nodes miss a leader in the same moment, they would all get pre-votes and then split the votes. One of two gives
    /// way: the other one's log is newer, or as new and its number is lower.
    /// </summary>
    private bool GoesFirst(NodeId other, in RaftMessage message)
    {
        LogPosition last = _state.Log.Last;
        return message.LogTerm > last.Term || message.Index > last.Index || other.Value < _state.Self.Value;
    }

    private void PreCampaign()
    {
        Begin(ConsensusRole.PreCandidate);
        Request(MessageKind.PreVoteRequest, _state.Term.Next());
        Count(_state.Self, isGranted: true);
    }

    private void Campaign(bool isByTransfer)
    {
        _state.ChangeHardState(_state.Term.Next(), _state.Self);
        Begin(ConsensusRole.Candidate);
        (_isRequestDue, _isByTransfer) = (true, isByTransfer);
    }

    private void Begin(ConsensusRole role)
    {
        _state.Role = role;
        _state.Leader = null;
        _votes.Clear();
        _isRequestDue = false;
        RestartTimer();
    }

    private void RequestVotes()
    {
        _isRequestDue = false;
        Request(MessageKind.VoteRequest, _state.Term);
        Count(_state.Self, isGranted: true);
    }

    private void Request(MessageKind kind, Term term)
    {
        LogPosition last = _state.Log.Last;
        bool isByTransfer = kind == MessageKind.VoteRequest && _isByTransfer;
        RaftMessage request = new() { Kind = kind, Term = term, Index = last.Index, LogTerm = last.Term, Flag = isByTransfer };
        foreach (NodeId node in _state.Configuration.Everyone)
            if (node != _state.Self && _state.Configuration.IsVoter(node) && !HasAnswered(node)) _state.Send(node, request);
    }

    private bool HasAnswered(NodeId node) => _votes.Exists(vote => vote.Node == node);

    private void Count(NodeId node, bool isGranted)
    {
        if (!_state.Configuration.IsVoter(node) || HasAnswered(node)) return;
        if (!isGranted && _state.Role == ConsensusRole.Candidate && _votes.TrueForAll(vote => vote.IsGranted)) TryAgainSoon();
        _votes.Add((node, isGranted));
        if (Quorum.Holds(_state.Configuration, voter => _votes.Contains((voter, true)))) Won();
        else if (Quorum.IsLost(_state.Configuration, voter => _votes.Contains((voter, false)))) _state.Follow(_state.Term, null);
    }

    /// <summary>
    /// A voter refuses a candidate that got its pre-vote when it has voted for another one meanwhile. Where the votes are split so,
    /// nobody may win, and the next try need not wait for a timeout: it comes at random within a few heartbeats, and within twice
    /// as many after each further split.
    /// </summary>
    private void TryAgainSoon()
    {
        int longest = _state.Settings.ElectionTimeoutTicks;
        int spread = HeartbeatTicks;
        for (int i = 0; i <= _splitVotes && spread < longest; i++) spread *= 2;
        _splitVotes++;
        CampaignWithin(Math.Min(spread, longest));
    }

    private void Won()
    {
        if (_state.Role == ConsensusRole.PreCandidate) Campaign(isByTransfer: false);
        else _leadership.Begin();
    }
}
