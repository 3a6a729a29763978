using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>Both sides of leases in one sequencer, and what follows of quarantine for all messages.</summary>
internal sealed class Leases(ReplicaContext context, EntryMaker maker, MembershipDesk membership, WorkerFeed worker, LeftBehind leftBehind)
{
    private readonly LeaseDesk _desk = new(context, maker, membership);
    private readonly OwnLease _own = new(context);

    public void OnTick(bool mayLead, Func<IReadOnlyCollection<string>> peers)
    {
        bool wasSuspended = context.IsSuspended;
        _own.OnTick(peers);
        context.IsLapsed = _own.IsLapsed;
        if (wasSuspended && !context.IsSuspended) worker.OnResumed();
        if (context.IsSuspended && !wasSuspended) Suspend("This VN's lease has run out by its own clock: it serves nobody until it has renewed.");
        if (context.IsQuarantined) leftBehind.OnTick(peers);
        else _desk.OnTick(mayLead);
    }

    public void OnCommitted(TailEntry entry, GovernanceState? before)
    {
        if (entry.Kind is not (EntryKind.Genesis or EntryKind.Governance or EntryKind.Configuration)) return;
        if (!GovernanceEntryCodec.TryDecode(entry.Frame.PublicPart.Span, out GovernanceEntry? decoded)) return;
        _desk.OnCommitted(decoded);
        if (decoded is GovernanceEntry.Genesis or GovernanceEntry.NodeAdmitted or GovernanceEntry.LeasesRenewed)
            context.Effects.Add(new EvidenceCommittedEffect(entry.Index, decoded, before));
    }

    public bool TryTake(ReplicaInput input)
    {
        switch (input)
        {
            case EvidenceProducedInput produced:
                if (_own.OnProduced(produced)) _desk.OnGiven(context.Self, new EvidenceGive(context.Start.Boot, produced.Nonce, produced.Evidence));
                return true;
            case EvidenceJudgedInput judged:
                _desk.OnJudged(judged);
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// Takes messages about leases, and all that a quarantined VN sends or is sent: nothing else passes (no votes, no data). True: there
    /// is no more to do with it.
    /// </summary>
    public bool Takes(NodeId from, PeerMessage message)
    {
        switch (message)
        {
            case EvidenceAsk ask:
                if (ask.To != context.Self) return true;
                if (_own.OnAsked(from, ask)) Quarantine();
                if (context.IsQuarantined) leftBehind.Heard();
                return true;
            case EvidenceGive given:
                _desk.OnGiven(from, given);
                return true;
            case EvidenceWanted wanted:
                _desk.OnWanted(from, wanted);
                return true;
            default:
                return context.IsQuarantined || context.IsOutcast(from);
        }
    }

    /// <summary>It has renewed, and has its keys again.</summary>
    public bool TryRelease(JoinAccepted accepted)
    {
        if (!context.IsQuarantined || accepted.Boot != context.Start.Boot || accepted.Self != context.Self || context.Cipher is null) return false;
        context.IsQuarantined = false;
        worker.OnResumed();
        context.Learn(accepted.Contacts, accepted.AsOf);
        context.Trace("The lease is renewed: this VN takes part again.");
        return true;
    }

    private void Quarantine()
    {
        context.IsQuarantined = true;
        context.Cipher = null;
        Suspend("This VN is quarantined: a quorum says that it did not renew its lease.");
        context.Effects.Add(QuarantinedEffect.Instance);
    }

    private void Suspend(string text)
    {
        context.Effects.Add(new AlertEffect("lease", text));
        worker.Suspend();
    }
}
