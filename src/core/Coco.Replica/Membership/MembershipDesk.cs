using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// As leader, changes who takes part, one step at a time: admits a new incarnation as learner, makes it a voter in place of the
/// one before once it has caught up (joint consensus), ends joint configurations, and retires VNs that left the VN list.
/// </summary>
internal sealed class MembershipDesk(ReplicaContext context, EntryMaker maker)
{
    private readonly List<Applicant> _applicants = [];
    private readonly Dictionary<NodeId, ulong> _learningSince = [];
    private readonly ByteWriter _writer = new();

    private sealed record Applicant(string Name, ReadOnlyMemory<byte> PublicKey, JoinRequest Request);

    /// <summary>A VN asks to be admitted; its link was attested by the shell against the policy of the constitution.</summary>
    public void OnJoinRequest(string from, ReadOnlyMemory<byte> publicKey, JoinRequest request, bool mayLead)
    {
        if (!context.IsLeader || !mayLead)
        {
            Refuse(from, request.Boot, "this VN is not the leader");
            return;
        }
        if (context.State.Constitution.FindNode(from) is null)
        {
            Refuse(from, request.Boot, $"'{from}' is not in the VN list");
            return;
        }
        if (context.Tail.CommittedState?.Find(from, publicKey.Span) is { } known)
        {
            // It was admitted, never learned of it, and is asked for evidence in vain: what does not take part has no lease to renew.
            if (context.IsOutcast(known.Id)) Refuse(from, request.Boot, "the lease of this incarnation has ended before it took part", isForGood: true);
            else Accept(from, known.Id, request.Boot);
            return;
        }
        _applicants.RemoveAll(applicant => applicant.Name == from);
        if (!Lives(context.Consensus.Status.Configuration, IsNot(from)))
        {
            Refuse(from, request.Boot, "no quorum lives without it");
            return;
        }
        _applicants.Add(new Applicant(from, publicKey, request));
    }

    /// <summary>The leader's plug asks to end a joint configuration.</summary>
    public void OnWanted(Configuration configuration)
    {
        if (CanChange(allowJoint: true)) Change(configuration);
    }

    public void OnCommitted(TailEntry entry)
    {
        if (entry.Kind is not (EntryKind.Configuration or EntryKind.Genesis) || !context.IsLeader) return;
        if (!GovernanceEntryCodec.TryDecode(entry.Frame.PublicPart.Span, out GovernanceEntry? decoded)) return;
        if (decoded is not GovernanceEntry.NodeAdmitted admitted) return;
        Applicant? applicant = _applicants.Find(waiting => waiting.Name == admitted.Node);
        if (applicant is null || !applicant.PublicKey.Span.SequenceEqual(admitted.PublicKey.Span)) return;
        _applicants.Remove(applicant);
        Accept(admitted.Node, admitted.Id, applicant.Request.Boot);
    }

    /// <summary>One step, if one is due and none is under way.</summary>
    public void OnTick(bool mayLead)
    {
        if (!context.IsLeader || !mayLead)
        {
            _applicants.Clear();
            _learningSince.Clear();
            return;
        }
        if (!CanChange(allowJoint: false)) return;
        if (TryRetire() || TryPromote() || TryDropLearner()) return;
        if (_applicants.Count > 0) Admit(_applicants[0]);
    }

    public bool CanChange(bool allowJoint) =>
        context.Tail.LastChange is null && (allowJoint || !context.Consensus.Status.Configuration.IsJoint);

    private void Admit(Applicant applicant)
    {
        GovernanceState state = context.State;
        NodeId id = state.NextNodeId;
        NodeId? before = state.CurrentOf(applicant.Name)?.Id;
        Configuration configuration = Admitting(context.Consensus.Status.Configuration, id, before);
        if (!Lives(configuration, IsNot(applicant.Name)))
        {
            _applicants.Remove(applicant);
            Refuse(applicant.Name, applicant.Request.Boot, "no quorum lives without it");
            return;
        }
        var entry = new GovernanceEntry.NodeAdmitted(
            context.UnixMs, ToMembership(configuration), applicant.Name, id, applicant.PublicKey, applicant.Request.Evidence, before)
        {
            OperatorSignature = state.Constitution.FindNode(applicant.Name)?.OperatorKey is null ? default : applicant.Request.OperatorSignature,
        };
        if (TryMake(entry, configuration, out string? refusal)) return;
        _applicants.Remove(applicant);
        Refuse(applicant.Name, applicant.Request.Boot, refusal!);
    }

    /// <summary>
    /// Whether the VNs that this leader hears can commit under this configuration; a change that they can't commit would stand in the
    /// way of every election to come. One that has acknowledged nothing yet does not count: after a crash its disk, still busy, may not know
    /// of this incarnation.
    /// </summary>
    /// <param name="counts">Who of those that are heard counts; null: all.</param>
    public bool Lives(Configuration configuration, Predicate<NodeId>? counts = null)
    {
        HashSet<NodeId> heard = [.. context.Consensus.Status.Progress.Where(peer => peer.IsHeard && peer.Match > LogIndex.Zero).Select(peer => peer.Node), context.Self];
        return Quorum.Holds(configuration, node => heard.Contains(node) && (counts is null || counts(node)));
    }

    /// <summary>A VN that starts speaks for none of its incarnations before an entry has admitted it.</summary>
    private Predicate<NodeId> IsNot(string starting) => node => context.NameOf(node) != starting;

    /// <summary>The other VNs, if they live, are a quorum without this one.</summary>
    public bool CanDoWithout(string name) =>
        Quorum.Holds(context.Consensus.Status.Configuration, node => context.NameOf(node) != name);

    /// <summary>
    /// A VN that joins learns first. One that restarted takes its own place again at once: its last incarnation is gone, so until
    /// it has caught up a quorum needs just those whom it needs now.
    /// </summary>
    private static Configuration Admitting(Configuration now, NodeId id, NodeId? before)
    {
        IEnumerable<NodeId> learners = now.Learners.Where(learner => learner != before);
        return before is { } voter && now.Voters.Contains(voter)
            ? now.Enter(now.Voters.Remove(voter).Append(id), learners)
            : now.WithLearners(learners.Append(id));
    }

    /// <summary>A learner that has all but the newest entries becomes a voter.</summary>
    private bool TryPromote()
    {
        ConsensusStatus status = context.Consensus.Status;
        foreach (NodeId learner in status.Configuration.Learners)
        {
            _learningSince.TryAdd(learner, context.Now);
            LogIndex match = MatchOf(status, learner);
            if (match.Value + context.Start.CaughtUpEntries < status.Commit.Value || match == LogIndex.Zero) continue;
            Configuration with = status.Configuration.Enter(status.Configuration.Voters.Append(learner), status.Configuration.Learners.Remove(learner));
            if (!Lives(with)) continue;
            _learningSince.Remove(learner);
            Change(with);
            return true;
        }
        return false;
    }

    private bool TryDropLearner()
    {
        Configuration now = context.Consensus.Status.Configuration;
        foreach (NodeId learner in now.Learners)
        {
            if (!_learningSince.TryGetValue(learner, out ulong since) || context.Now - since < Limits.LearnerTicks) continue;
            _learningSince.Remove(learner);
            Change(now.WithLearners(now.Learners.Remove(learner)));
            return true;
        }
        return false;
    }

    /// <summary>A VN that left the list leaves the quorum.</summary>
    private bool TryRetire()
    {
        if (context.State.DueForRetirement.FirstOrDefault() is not { } node) return false;
        Configuration now = context.Consensus.Status.Configuration;
        IEnumerable<NodeId> learners = now.Learners.Where(learner => learner != node.Id);
        Configuration without = now.Voters.Contains(node.Id)
            ? now.Enter(now.Voters.Remove(node.Id), learners) : now.WithLearners(learners);
        if (!Lives(without)) return false;
        if (!TryMake(new GovernanceEntry.NodeRetired(context.UnixMs, ToMembership(without), node.Id), without, out string? refusal))
            context.Effects.Add(new AlertEffect("governance", $"'{node.Name}' can't be retired: {refusal}."));
        return true;
    }

    private static LogIndex MatchOf(ConsensusStatus status, NodeId node)
    {
        foreach ((NodeId peer, LogIndex match, _) in status.Progress)
            if (peer == node) return match;
        return LogIndex.Zero;
    }

    private void Change(Configuration configuration) =>
        TryMake(new GovernanceEntry.MembershipChanged(context.UnixMs, ToMembership(configuration)), configuration, out _);

    private bool TryMake(GovernanceEntry entry, Configuration configuration, out string? refusal)
    {
        GovernanceStep step = context.State.Apply(entry);
        refusal = step.Refusal?.Reason;
        if (!step.IsAccepted) return false;
        // It was judged when it came; the constitution may have changed since, and an entry must hold where it stands.
        refusal = context.Start.JudgeEvidence(entry, context.State);
        if (refusal is not null) return false;
        _writer.Clear();
        GovernanceEntryCodec.Encode(entry, _writer);
        maker.Make(new EntryDraft
        {
            Kind = EntryKind.Configuration,
            PublicPart = _writer.Span,
            Configuration = configuration,
            State = step.State,
        });
        return true;
    }

    /// <summary>Tells an incarnation that it takes part; the shell adds the keys.</summary>
    public void Accept(string name, NodeId id, ulong boot)
    {
        GovernanceState state = context.State;
        context.Effects.Add(new SendEffect(
            name, new JoinAccepted(boot, id, state.Network.Value, state.Constitution.ComputeDigest(), context.Tail.ProcessedPosition, context.Contacts(), default)));
    }

    private void Refuse(string name, ulong boot, string reason, bool isForGood = false)
    {
        string leader = context.Consensus.Status.Leader is { } node ? context.NameOf(node) ?? "" : "";
        string address = context.State.Constitution.FindNode(leader)?.Address ?? "";
        context.Effects.Add(new SendEffect(name, new JoinRefused(boot, reason, leader, address, isForGood)));
    }

    public static Governance.Membership ToMembership(Configuration configuration) =>
        new(configuration.Voters, configuration.OutgoingVoters, configuration.Learners);

    public static Configuration ToConfiguration(Governance.Membership membership) =>
        new(membership.Voters, membership.OutgoingVoters, membership.Learners);
}
