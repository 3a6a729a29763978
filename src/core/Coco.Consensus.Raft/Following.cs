using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>
/// The follower's side of replication (Raft 5.3). It commits no further than a message has shown its log to be the leader's, and
/// acknowledges no more than its disk holds.
/// </summary>
internal sealed class Following(RaftState state, Elections elections)
{
    private Term _term;
    private LogIndex _verified;
    private LogIndex _acknowledged;
    private bool _isAckWanted;
    private ulong? _roundToAnswer;

    public void OnAppend(NodeId from, in RaftMessage message, IReadOnlyList<ConsensusEntry> entries)
    {
        if (!IsWellFormed(message, entries)) return;
        Heard(from);
        LogPosition previous = new(message.Index, message.LogTerm);
        int skip = 0;
        if (previous.Index < state.Commit && !TrySkipCommitted(ref previous, entries, out skip)) return;
        if (!state.Log.Holds(previous)) Reject(from, previous);
        else Accept(message, previous, entries, skip);
    }

    public void OnHeartbeat(NodeId from, in RaftMessage message)
    {
        Heard(from);
        state.CommitTo(Lower(message.Commit, _verified));
        if (!message.Flag) return;
        _roundToAnswer = message.Round;
        if (state.Disk.HoldsHardState) AnswerHeartbeat();
    }

    public void OnPersisted()
    {
        ForgetOlderTerm();
        if (!state.Disk.HoldsHardState) return;
        AnswerHeartbeat();
        if (!_isAckWanted) return;
        LogIndex match = Lower(_verified, state.Disk.Persisted);
        if (match > _acknowledged || match == _verified) Acknowledge(match);
    }

    /// <summary>A snapshot that the log does not lead to takes its place; one that it does lead to only shows what is committed.</summary>
    public void OnSnapshotInstalled(LogPosition snapshot, Configuration configuration)
    {
        if (snapshot.Index <= state.Commit) return;
        if (state.Log.Holds(snapshot)) state.CommitTo(snapshot.Index);
        else state.Reset(snapshot, configuration);
        ForgetOlderTerm();
        if (_verified < snapshot.Index) _verified = snapshot.Index;
        _isAckWanted = true;
        OnPersisted();
    }

    private static bool IsWellFormed(in RaftMessage message, IReadOnlyList<ConsensusEntry> entries)
    {
        (LogIndex index, Term term) = (message.Index, message.LogTerm);
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i].Index != index.Next() || entries[i].Term < term) return false;
            (index, term) = (entries[i].Index, entries[i].Term);
        }
        return term <= message.Term;
    }

    private void Heard(NodeId leader)
    {
        if (state.Leader != leader || state.Role is not (ConsensusRole.Follower or ConsensusRole.Learner)) state.Follow(state.Term, leader);
        elections.HeardLeader();
        ForgetOlderTerm();
    }

    /// <summary>What was verified holds within one term, which has one leader; what is committed holds for every later leader (Raft 5.4).</summary>
    private void ForgetOlderTerm()
    {
        if (_term == state.Term) return;
        (_term, _verified, _acknowledged) = (state.Term, state.Commit, LogIndex.Zero);
        (_isAckWanted, _roundToAnswer) = (false, null);
    }

    /// <summary>Moves the beginning of the message to the commit index: what is committed needs no look. False for a message that contradicts it.</summary>
    private bool TrySkipCommitted(ref LogPosition previous, IReadOnlyList<ConsensusEntry> entries, out int skip)
    {
        skip = (int)Math.Min(state.Commit.Value - previous.Index.Value, (ulong)entries.Count);
        Invariant.Holds(state.Log.TryTermAt(state.Commit, out Term term), "the term at the commit index is known");
        bool reachesCommit = previous.Index.Value + (ulong)skip == state.Commit.Value;
        previous = new LogPosition(state.Commit, term);
        return !reachesCommit || entries[skip - 1].Term == term;
    }

    private void Accept(in RaftMessage message, LogPosition previous, IReadOnlyList<ConsensusEntry> entries, int skip)
    {
        LogIndex verified = new(previous.Index.Value + (ulong)(entries.Count - skip));
        while (skip < entries.Count && state.Log.Holds(entries[skip].Position)) skip++;
        if (skip < entries.Count)
        {
            LogIndex before = new(entries[skip].Index.Value - 1);
            if (state.Log.Last.Index > before) state.TruncateAfter(before);
            _verified = Lower(_verified, before);
            state.Append(skip == 0 ? entries : [.. entries.Skip(skip)]);
        }
        if (_verified < verified) _verified = verified;
        state.CommitTo(Lower(message.Commit, verified));
        _isAckWanted = true;
        if (state.Disk.Persisted >= verified && state.Disk.HoldsHardState) Acknowledge(Lower(_verified, state.Disk.Persisted));
    }

    private void AnswerHeartbeat()
    {
        if (_roundToAnswer is { } round && state.Leader is { } leader && leader != state.Self)
            state.Send(leader, new RaftMessage { Kind = MessageKind.HeartbeatAck, Term = state.Term, Index = _verified, Round = round });
        _roundToAnswer = null;
    }

    private void Acknowledge(LogIndex match)
    {
        if (state.Leader is not { } leader || leader == state.Self) return;
        state.Send(leader, new RaftMessage { Kind = MessageKind.AppendAck, Term = state.Term, Index = match });
        _acknowledged = match;
        _isAckWanted = match < _verified;
    }

    private void Reject(NodeId leader, LogPosition previous)
    {
        LogPosition hint = state.Log.LastNotNewer(previous.Index, previous.Term);
        state.Send(leader, new RaftMessage
        {
            Kind = MessageKind.AppendReject,
            Term = state.Term,
            Index = previous.Index,
            LogTerm = hint.Term,
            Hint = hint.Index,
        });
    }

    private static LogIndex Lower(LogIndex one, LogIndex other) => one < other ? one : other;
}
