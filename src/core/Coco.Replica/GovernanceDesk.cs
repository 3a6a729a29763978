using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>Members' signed requests: checked against the newest state, recorded as entries, answered once committed (GOV-3).</summary>
internal sealed class GovernanceDesk(ReplicaContext context, EntryMaker maker)
{
    private readonly ByteWriter _writer = new();

    public void OnRequest(GovernanceInput input, bool mayLead)
    {
        if (!context.IsActive || !context.IsLeader || !mayLead)
        {
            NodeId? leader = context.ConsensusOrNull?.Status.Leader;
            string? name = leader is { } node && node != context.Self ? context.NameOf(node) : null;
            Answer(input.Ticket, new GovernanceAnswer(false, "this VN is not the leader", name ?? ""));
            return;
        }
        if (!SignedRequest.TryDecode(input.SignedRequest.Span, out SignedRequest? signed))
        {
            Answer(input.Ticket, new GovernanceAnswer(false, "the request can't be read", null));
            return;
        }
        var entry = new GovernanceEntry.Request(context.UnixMs, signed);
        GovernanceStep step = context.State.Apply(entry);
        if (!step.IsAccepted)
        {
            Answer(input.Ticket, new GovernanceAnswer(false, step.Refusal!.Reason, null));
            return;
        }
        _writer.Clear();
        GovernanceEntryCodec.Encode(entry, _writer);
        maker.Make(new EntryDraft
        {
            Kind = EntryKind.Governance,
            PublicPart = _writer.Span,
            State = step.State,
            GovernanceTicket = input.Ticket,
            Outcome = Describe(signed, step),
        });
    }

    /// <summary>The proposal's id and how it stands now.</summary>
    private static string Describe(SignedRequest signed, GovernanceStep step)
    {
        foreach (GovernanceEvent happened in step.Events)
            if (happened is GovernanceEvent.ProposalEnded ended) return $"{ended.Proposal.Id} {ended.Proposal.State}";
        foreach (GovernanceEvent happened in step.Events)
            if (happened is GovernanceEvent.BallotRecorded ballot) return $"{ballot.Id} {ProposalState.Open}";
        return $"{signed.ComputeId()} {ProposalState.Open}";
    }

    public void OnCommitted(TailEntry entry)
    {
        if (entry.GovernanceTicket != 0) Answer(entry.GovernanceTicket, new GovernanceAnswer(true, entry.Outcome, null));
    }

    private void Answer(ulong ticket, GovernanceAnswer answer) =>
        context.Effects.Add(new GovernanceAnswerEffect(ticket, answer));
}
