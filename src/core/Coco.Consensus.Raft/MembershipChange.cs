using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>
/// Which configuration may follow which (Raft 6), one change at a time: into a joint one, or other learners; out of a joint one,
/// its end. Not before the leader has committed in its own term, since an older uncommitted change could come back
/// (Ongaro, "bug in single-server membership changes", raft-dev 2015).
/// </summary>
internal sealed class MembershipChange(RaftState state)
{
    private LogIndex _wantedFor;
    private ulong _wantedAt;

    public ProposalRefusal? Check(Configuration next, bool hasCommittedInTerm)
    {
        Configuration current = state.Configuration;
        if (!hasCommittedInTerm) return ProposalRefusal.ConfigurationTooEarly;
        if (state.Configurations.CurrentIndex > state.Commit) return ProposalRefusal.ConfigurationUnderWay;
        if (current.IsJoint) return next.Equals(current.Leave()) ? null : ProposalRefusal.ConfigurationUnderWay;
        bool followsOn = next.IsJoint ? Same(next.OutgoingVoters, current) : Same(next.Voters, current);
        return followsOn && !next.Voters.IsEmpty ? null : ProposalRefusal.ConfigurationNotNext;
    }

    /// <summary>Asks the owner for the end of a joint configuration that has committed; again after an election timeout if it has not come.</summary>
    public void AskForEnd(bool hasCommittedInTerm)
    {
        if (!state.Configuration.IsJoint || !hasCommittedInTerm || state.Configurations.CurrentIndex > state.Commit) return;
        bool isAsked = _wantedFor == state.Configurations.CurrentIndex;
        if (isAsked && state.Now - _wantedAt < (ulong)state.Settings.ElectionTimeoutTicks) return;
        (_wantedFor, _wantedAt) = (state.Configurations.CurrentIndex, state.Now);
        state.Effects.Add(new ConfigurationWantedEffect(state.Configuration.Leave()));
    }

    /// <summary>A new leadership asks anew.</summary>
    public void Forget() => _wantedFor = LogIndex.Zero;

    private static bool Same(ReadOnlySpan<NodeId> voters, Configuration current) => voters.SequenceEqual(current.Voters.AsSpan());

    private static bool Same(System.Collections.Immutable.ImmutableArray<NodeId> voters, Configuration current) =>
        Same(voters.AsSpan(), current);
}
