using Coco.Consensus;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// How a VN that starts gets into the network (architecture, Restart). While a quorum lives it is admitted as a new incarnation.
/// When none lives, the VNs of the last configuration show what they hold, and go on as who they were, in a term above all that
/// was shown, so that the longest log wins the election: the sealed restart.
/// </summary>
internal sealed class Rejoin(ReplicaContext context, RecoveredLog log, bool isSealingAllowed)
{
    private readonly Dictionary<NodeId, (ProbeAnswer Answer, ulong At)> _shown = [];
    private ulong _nextProbe;
    private ulong _nextJoin;
    private readonly SortedDictionary<string, ulong> _starting = new(StringComparer.Ordinal);
    private ulong _quorumShownSince;
    private ulong _mayLiveUntil;
    private bool _isJoining;

    /// <summary>What this VN shows to others that start.</summary>
    public ProbeAnswer Show(ulong boot) => new(
        boot, ProbeState.Restarting, CanResume ? log.Sealed!.Self : NodeId.None, ShownTerm, context.Tail.LastPosition,
        context.Tail.State?.Membership, context.Contacts(), "");

    /// <summary>With the resumption: entries after this one go; null: none.</summary>
    public LogIndex? LastToKeep { get; private set; }

    /// <summary>The end of the newest log that others showed.</summary>
    public LogPosition Shown { get; private set; }

    /// <summary>The term in which to go on by sealed restart; null while that can't be decided.</summary>
    public Term? ResumeTerm { get; private set; }

    /// <summary>What an operator must know while this goes on.</summary>
    public string Needs => context.Now - _mayLiveUntil >= Limits.RestartGraceTicks ? "recovery" : "";

    private bool CanResume => isSealingAllowed && log.Sealed is not null && context.Tail.State is not null;

    private Term ShownTerm => log.Sealed is { } state && state.Term > context.Tail.LastPosition.Term
        ? state.Term : context.Tail.LastPosition.Term;

    public void OnTick(IReadOnlyCollection<string> peers)
    {
        if (_isJoining && context.Now >= _nextJoin) _isJoining = false;
        if (context.Now >= _nextProbe)
        {
            _nextProbe = context.Now + Limits.ProbeTicks;
            Ask(peers);
        }
        if (!_isJoining) TryResume(peers);
        if (isSealingAllowed || context.Tail.State is not { } state || !IsNoQuorumLeft(state)) _mayLiveUntil = context.Now;
    }

    /// <summary>Where nothing is sealed, VNs that start can't be part of a quorum, and the others are too few for one.</summary>
    private bool IsNoQuorumLeft(Governance.GovernanceState state)
    {
        int voters = state.Membership.Voters.Length;
        return voters - 1 - _starting.Keys.Count(IsStarting) < Quorum.Majority(voters);
    }

    private bool IsStarting(string name) => _starting.TryGetValue(name, out ulong at) && context.Now - at <= 3 * Limits.ProbeTicks;

    private void Ask(IReadOnlyCollection<string> peers)
    {
        NodeId self = CanResume ? log.Sealed!.Self : NodeId.None;
        var probe = new Probe(context.Start.Boot, self, ShownTerm, context.Tail.Last, context.Tail.LastPosition.Term);
        foreach (string peer in peers) context.Effects.Add(new SendEffect(peer, probe));
    }

    public void OnAnswer(string from, ProbeAnswer answer)
    {
        if (answer.Boot != context.Start.Boot) return;
        if (answer.State == ProbeState.Restarting) _starting[from] = context.Now;
        if (answer.State == ProbeState.HasQuorum)
        {
            _shown.Clear();
            _quorumShownSince = context.Now; // what others show counts from when nobody says any more that the network lives
            // Without the VN list only those with a link can be asked; one that does not lead says where the leader is.
            Join(context.Tail.State is not null && answer.Leader.Length > 0 ? answer.Leader : from);
            return;
        }
        context.LearnFrom(answer);
        // Each VN counts once, under the incarnation that it shows.
        if (answer.Self != NodeId.None) _shown[answer.Self] = (answer, context.Now);
    }

    /// <summary>Why a new start is needed; null: it is not.</summary>
    public string? OnRefused(JoinRefused refused)
    {
        if (refused.Boot != context.Start.Boot) return null;
        context.Trace($"Not admitted: {refused.Reason}.");
        _isJoining = false;
        if (context.Tail.State is null && refused.LeaderAddress.Length > 0)
            context.Effects.Add(new ConnectEffect(refused.LeaderAddress));
        return refused.IsForGood ? refused.Reason : null;
    }

    private void Join(string leader)
    {
        if (_isJoining) return;
        _isJoining = true;
        _nextJoin = context.Now + Limits.JoinTicks;
        context.Effects.Add(new SendEffect(leader, new JoinRequest(context.Start.Boot, default, default)));
    }

    /// <summary>A majority of the last configuration shows that no quorum lives: at once when all do, else after a time of grace.</summary>
    private void TryResume(IReadOnlyCollection<string> peers)
    {
        if (!CanResume) return;
        Configuration last = MembershipDesk.ToConfiguration(context.State.Membership);
        NodeId self = log.Sealed!.Self;
        bool isLastShown = Quorum.Holds(last, HasShown);
        if (!isLastShown && !Others().Any(other => Quorum.Holds(other, HasShown)))
        {
            _quorumShownSince = context.Now;
            return;
        }
        // Those that run need no help if they are a quorum, and hold what a disk that was rolled back may have lost: let them elect a
        // leader, and join. Only if they can't (they may know of a change for which they lack voters) go on with them. The same where
        // this VN's own log does not say yet that it votes.
        bool isUsual = isLastShown && last.IsVoter(self);
        bool isComplete = last.Voters.All(HasShown) && last.OutgoingVoters.All(HasShown);
        bool mayRun = Quorum.Holds(last, MayRun) || Newer().Any(newer => Quorum.Holds(newer, MayRun)) || MayHaveJoined(last, peers);
        ulong grace = !isUsual || mayRun ? Limits.RunningGraceTicks : isComplete ? 0UL : Limits.RestartGraceTicks;
        if (context.Now - _quorumShownSince < grace) return;
        Term highest = ShownTerm;
        foreach ((NodeId node, (ProbeAnswer answer, _)) in _shown)
        {
            if (answer.Term > highest) highest = answer.Term;
            if (HasShown(node) && IsVoter(node) && answer.End.IsAsNewAs(Shown)) Shown = answer.End;
        }
        LogIndex? lost = LostChange.Find(context, self, EndShownBy);
        LastToKeep = lost is { } first ? new LogIndex(first.Value - 1) : null;
        ResumeTerm = highest.Next();
    }

    /// <summary>A learner may hold more than those that vote: nobody could wait for its log, which it can't bring in by an election.</summary>
    private bool IsVoter(NodeId node) =>
        MembershipDesk.ToConfiguration(context.State.Membership).IsVoter(node) || Others().Any(other => other.IsVoter(node));

    /// <summary>One that is not heard may run as well, and be heard by those that run.</summary>
    private bool MayRun(NodeId node) => node != log.Sealed!.Self && (!HasShown(node) || _shown[node].Answer.State == ProbeState.NoQuorum);

    /// <summary>
    /// VNs that this VN's list names, and that did not take part when its log ended, may do so since, and be a quorum with others that may run:
    /// a disk may have gone back to when this VN was alone.
    /// </summary>
    private bool MayHaveJoined(Configuration last, IReadOnlyCollection<string> peers)
    {
        HashSet<string?> members = [.. last.Voters.Select(context.NameOf)];
        int joined = peers.Count(name => !members.Contains(name) && !IsStarting(name));
        return joined + last.Voters.Count(MayRun) >= Quorum.Majority(last.Voters.Length + joined);
    }

    /// <summary>
    /// A change that this VN holds may never have been committed, and name an incarnation that is no more: those of before count too. And
    /// its log may not say yet what a newer one says: also that this VN votes, as the incarnation that it is.
    /// </summary>
    private IEnumerable<Configuration> Others() => Newer()
        .Append(MembershipDesk.ToConfiguration((context.Tail.SettledState ?? context.State).Membership))
        .Append(MembershipDesk.ToConfiguration((context.Tail.CommittedState ?? context.State).Membership));

    /// <summary>As logs have it that are at least as new as this VN's.</summary>
    private IEnumerable<Configuration> Newer()
    {
        foreach ((NodeId node, (ProbeAnswer answer, _)) in _shown)
            if (HasShown(node) && answer.Membership is { } newer && answer.End.IsAsNewAs(context.Tail.LastPosition))
                yield return MembershipDesk.ToConfiguration(newer);
    }

    /// <summary>What was shown a while ago may have changed: a VN that has restarted since could be part of a quorum.</summary>
    private bool HasShown(NodeId node) => node == log.Sealed!.Self
        || (_shown.TryGetValue(node, out var shown) && context.Now - shown.At <= 3 * Limits.ProbeTicks);

    private LogPosition? EndShownBy(NodeId node) =>
        node != log.Sealed!.Self && HasShown(node) ? _shown[node].Answer.End : null;
}
