using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// Lets a worker's batch into the log only if nothing has changed since it was executed: the term, the governance version and
/// the batch before it (architecture rule 4).
/// </summary>
internal sealed class ProposalDesk(ReplicaContext context, EntryMaker maker)
{
    private readonly ByteWriter _publicPart = new(64);
    private ulong? _refusedAttempt;

    /// <summary>Another worker counts its attempts anew.</summary>
    public void OnWorkerGone() => _refusedAttempt = null;

    public void OnProposal(ProposalInput input, bool mayLead)
    {
        if (!context.IsActive || !context.IsLeader || !mayLead) return; // the role message tells the worker
        if (input.Term != context.Consensus.Status.Term || input.Attempt == _refusedAttempt) return;
        BatchNumber expected = context.Tail.LastBatch is { } last ? last.Next() : BatchNumber.Zero;
        if (input.GovernanceVersion != context.State.Version || input.Batch != expected)
        {
            _refusedAttempt = input.Attempt;
            context.Effects.Add(new ProposalRefusedEffect(input.Attempt, input.Batch, context.State.Version));
            return;
        }
        _publicPart.Clear();
        new BatchPublicPart(input.Batch, input.Claims, (int)input.TransactionCount).Write(_publicPart);
        maker.Make(new EntryDraft
        {
            Kind = EntryKind.Batch,
            PublicPart = _publicPart.Span,
            PrivatePart = input.Record.Span,
            State = context.State,
            LastBatch = input.Batch,
            IsHeldByWorker = true,
            Attempt = input.Attempt,
        });
    }
}
