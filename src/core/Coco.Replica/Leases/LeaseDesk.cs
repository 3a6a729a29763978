using System.Collections.Immutable;
using Coco.Consensus;
using Coco.Crypto;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// As leader, keeps the leases (TEE-3): asks every VN for fresh evidence each period, commits what holds as one entry, and ends the
/// lease of one that was asked in vain for a whole duration. It counts in its own ticks, from what the ledger's time says when its
/// term begins, so that neither a new leader nor a turned clock gives anybody more than one duration, or less than a fair chance.
/// </summary>
internal sealed class LeaseDesk(ReplicaContext context, EntryMaker maker, MembershipDesk membership)
{
    private readonly SortedDictionary<NodeId, long> _heldSince = [];
    private readonly SortedDictionary<NodeId, Question> _asked = [];
    private readonly SortedDictionary<NodeId, Renewal> _gathered = [];
    private readonly SortedSet<NodeId> _wanting = [];
    private readonly SortedSet<NodeId> _spared = [];
    private readonly ByteWriter _writer = new();
    private Term _term;
    private ulong _graceUntil;
    private ulong _gatheringSince;
    private ulong _questions;
    private LogIndex? _made;

    /// <summary>The nonce that evidence must hold, and what the asked one says its start is.</summary>
    private sealed record Question(Hash256 Nonce, ulong At, ulong Boot = 0);

    private long Now => (long)context.Now;

    public void OnTick(bool mayLead)
    {
        if (!mayLead || context.State.Constitution.Leases is not { } leases)
        {
            _term = Term.Zero;
            return;
        }
        var times = LeaseTicks.Of(leases);
        if (context.Consensus.Status.Term != _term) Begin(times);
        if (_made is { } made && (context.Tail.Processed >= made || context.Tail.Last < made)) _made = null;
        if (_made is not null) return;
        foreach (NodeRecord node in context.State.Nodes)
            if (node.IsCurrent) Ask(node, times);
        if (!TryRenew(times) && context.Now >= _graceUntil && context.Now % LeaseTicks.ExpiryEvery == 0) Expire(times);
    }

    /// <summary>A VN wants to be asked now: its own clock says that its lease has run out, or it is quarantined.</summary>
    public void OnWanted(NodeId from, EvidenceWanted wanted)
    {
        if (_term == Term.Zero || context.Tail.CommittedState?.Find(from) is not { IsCurrent: true } node) return;
        if (wanted.NeedsKeys && !node.IsQuarantined) membership.Accept(node.Name, node.Id, wanted.Boot);
        else if (!wanted.NeedsKeys) _wanting.Add(from);
    }

    /// <summary>Evidence came: the shell judges it.</summary>
    public void OnGiven(NodeId from, EvidenceGive given)
    {
        if (!_asked.TryGetValue(from, out Question? question) || question.Nonce != given.Nonce || context.State.Find(from) is not { } node) return;
        _asked[from] = question with { Boot = given.Boot };
        context.Effects.Add(new JudgeEvidenceEffect(node, given.Nonce, given.Evidence));
    }

    public void OnJudged(EvidenceJudgedInput judged)
    {
        if (!_asked.TryGetValue(judged.Node, out Question? question) || question.Nonce != judged.Nonce) return;
        if (judged.Refusal is { } refusal)
        {
            context.Effects.Add(new AlertEffect("lease", $"The evidence of {context.NameOf(judged.Node)} is refused: {refusal}."));
            return;
        }
        if (_gathered.Count == 0) _gatheringSince = context.Now;
        _gathered[judged.Node] = new Renewal(judged.Node, judged.Nonce, judged.Evidence);
    }

    public void OnCommitted(GovernanceEntry entry)
    {
        if (!context.IsLeader) return;
        switch (entry)
        {
            case GovernanceEntry.NodeAdmitted admitted:
                _heldSince[admitted.Id] = Now;
                break;
            case GovernanceEntry.LeasesRenewed renewed:
                foreach (Renewal renewal in renewed.Renewals) OnRenewed(renewal.Id, mayBeBack: renewed.Membership is not null);
                break;
            case GovernanceEntry.LeasesEnded ended:
                foreach (NodeId id in ended.Ids) context.Effects.Add(new AlertEffect("lease", $"{context.NameOf(id)} is quarantined: it gave no evidence in time."));
                break;
        }
    }

    private void OnRenewed(NodeId id, bool mayBeBack)
    {
        _heldSince[id] = Now;
        _wanting.Remove(id);
        _spared.Remove(id);
        if (!_asked.Remove(id, out Question? question) || context.NameOf(id) is not { } name) return;
        // The one that was quarantined gets its keys again; any other one ignores this.
        if (mayBeBack && id != context.Self && question.Boot != 0) membership.Accept(name, id, question.Boot);
    }

    private void Begin(LeaseTicks times)
    {
        _term = context.Consensus.Status.Term;
        _heldSince.Clear();
        _asked.Clear();
        _gathered.Clear();
        _wanting.Clear();
        _spared.Clear();
        _made = null;
        _graceUntil = context.Now + times.Grace;
        foreach (NodeRecord node in context.State.Nodes)
        {
            ulong passedMs = context.UnixMs > node.AttestedAtUnixMs ? context.UnixMs - node.AttestedAtUnixMs : 0;
            _heldSince[node.Id] = Now - (long)Math.Min(passedMs / LeaseTicks.TickMs, times.Duration);
        }
    }

    private long AgeOf(NodeRecord node)
    {
        if (!_heldSince.TryGetValue(node.Id, out long since)) _heldSince[node.Id] = since = Now;
        return Now - since;
    }

    /// <summary>
    /// Who is due is asked; with it all whose lease is half through, so that a network comes to one round a period. The answer goes
    /// into the ledger, so that nobody is asked twice for one renewal.
    /// </summary>
    private void Ask(NodeRecord node, LeaseTicks times)
    {
        bool isDue = node.IsQuarantined || _wanting.Contains(node.Id) || AgeOf(node) >= (IsAnyDue(times) ? times.Renew / 2 : times.Renew);
        if (!isDue || _gathered.ContainsKey(node.Id)) return;
        ulong again = node.IsQuarantined ? Math.Min(times.AskAgain, LeaseTicks.NoticeEvery) : times.AskAgain;
        if (_asked.TryGetValue(node.Id, out Question? question) && context.Now - question.At < again) return;
        var fresh = new Question(NextNonce(node.Id), context.Now, question?.Boot ?? 0);
        _asked[node.Id] = fresh;
        if (node.Id == context.Self) context.Effects.Add(new ProduceEvidenceEffect(fresh.Nonce));
        else context.Send(node.Id, new EvidenceAsk(node.Id, fresh.Nonce, IsQuarantined(node.Id), context.Tail.Processed));
    }

    /// <summary>One that does not answer pulls the others with it only once.</summary>
    private bool IsAnyDue(LeaseTicks times) => context.State.Nodes.Any(node =>
        node.IsCurrent && AgeOf(node) >= times.Renew && AgeOf(node) < times.Renew + (long)(2 * times.AskAgain));

    private bool IsQuarantined(NodeId node) => context.Tail.CommittedState?.Find(node)?.IsQuarantined == true;

    /// <summary>Of this start's secret, so that nobody could have had evidence made for it before.</summary>
    private Hash256 NextNonce(NodeId node)
    {
        _writer.Clear();
        _writer.WriteHash(context.Start.NonceSeed);
        _writer.WriteUInt64(_term.Value);
        _writer.WriteUInt64(++_questions);
        _writer.WriteUInt64(node.Value);
        return Sha256.Hash(_writer.Span);
    }

    /// <summary>All who answered in one entry; a quarantined one comes back as a learner, when no other change is under way.</summary>
    private bool TryRenew(LeaseTicks times)
    {
        foreach (NodeId gone in _gathered.Keys.Where(id => context.State.Find(id) is not { IsCurrent: true }).ToList()) _gathered.Remove(gone);
        foreach (NodeId gone in _asked.Keys.Where(id => context.State.Find(id) is not { IsCurrent: true }).ToList()) _asked.Remove(gone);
        if (_gathered.Count == 0) return false;
        bool isComplete = _asked.Keys.All(_gathered.ContainsKey);
        if (!isComplete && context.Now - _gatheringSince < times.Gather) return false;
        bool mayChange = membership.CanChange(allowJoint: false);
        ImmutableArray<Renewal> ready = [.. _gathered.Values.Where(renewal => mayChange || !context.State.Find(renewal.Id)!.IsQuarantined)];
        if (ready.IsEmpty) return false;
        NodeId[] back = [.. ready.Select(renewal => renewal.Id).Where(id => context.State.Find(id)!.IsQuarantined)];
        Configuration now = context.Consensus.Status.Configuration;
        Configuration? next = back.Length > 0 ? now.WithLearners(now.Learners.Concat(back)) : null;
        var entry = new GovernanceEntry.LeasesRenewed(context.UnixMs, next is null ? null : MembershipDesk.ToMembership(next), ready);
        foreach (Renewal renewal in ready) _gathered.Remove(renewal.Id);
        return TryMake(entry, next);
    }

    /// <summary>Ends leases that ran out, as many as governance allows: the last quorum stays.</summary>
    private void Expire(LeaseTicks times)
    {
        if (!membership.CanChange(allowJoint: false)) return;
        GovernanceEntry.LeasesEnded? ended = null;
        Configuration now = context.Consensus.Status.Configuration, next = now;
        foreach (NodeRecord node in context.State.Nodes)
        {
            if (!node.IsCurrent || node.IsQuarantined || !now.Contains(node.Id) || AgeOf(node) < (long)times.Duration) continue;
            Configuration without = now.Enter(
                next.Voters.Where(voter => voter != node.Id), next.Learners.Where(learner => learner != node.Id));
            if (without.Voters.SequenceEqual(now.Voters)) without = now.WithLearners(without.Learners);
            var longer = new GovernanceEntry.LeasesEnded(context.UnixMs, MembershipDesk.ToMembership(without), [.. ended?.Ids ?? [], node.Id]);
            // Nobody counts on those whose leases end, once the entry is committed: also not for the election that may be needed to end the change.
            bool isAllowed = node.Id != context.Self && membership.Lives(without, id => !longer.Ids.Contains(id)) && context.State.Apply(longer).IsAccepted;
            if (isAllowed) (ended, next) = (longer, without);
            else if (_spared.Add(node.Id)) Spare(node);
        }
        if (ended is not null) TryMake(ended, next);
    }

    private void Spare(NodeRecord node)
    {
        string why = node.Id == context.Self ? "this VN leads; it hands over" : "without it there would be no quorum";
        context.Effects.Add(new AlertEffect("lease", $"The lease of {node.Name} has run out, and it is not quarantined: {why}."));
        if (node.Id == context.Self && context.Consensus.Status.Configuration.Voters.Length > 1) context.Later.Enqueue(new TransferInput(null));
    }

    private bool TryMake(GovernanceEntry entry, Configuration? configuration)
    {
        GovernanceStep step = context.State.Apply(entry);
        if (!step.IsAccepted) return false;
        // It was judged when it came; the constitution may have changed since, and an entry must hold where it stands.
        if (context.Start.JudgeEvidence(entry, context.State) is { } refusal)
        {
            context.Effects.Add(new AlertEffect("lease", $"Evidence that held when it came is refused: {refusal}."));
            return false;
        }
        _writer.Clear();
        GovernanceEntryCodec.Encode(entry, _writer);
        maker.Make(new EntryDraft
        {
            Kind = configuration is null ? EntryKind.Governance : EntryKind.Configuration,
            PublicPart = _writer.Span,
            Configuration = configuration,
            State = step.State,
        });
        _made = context.Tail.Last;
        return true;
    }
}
