using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>What the leader wants to put into the log next.</summary>
internal readonly ref struct EntryDraft
{
    public required EntryKind Kind { get; init; }
    public ReadOnlySpan<byte> PublicPart { get; init; }
    public ReadOnlySpan<byte> PrivatePart { get; init; }
    public Configuration? Configuration { get; init; }
    public required GovernanceState State { get; init; }
    public BatchNumber? LastBatch { get; init; }
    public bool IsHeldByWorker { get; init; }
    public ulong Attempt { get; init; }
    public ulong GovernanceTicket { get; init; }
    public string? Outcome { get; init; }
}

/// <summary>
/// Makes entries as leader: encrypts, extends the tree, asks for the signature, and gives the signed entry to consensus. Entries
/// whose signature is on its way are in the tail and not yet in consensus.
/// </summary>
internal sealed class EntryMaker(ReplicaContext context)
{
    private readonly Queue<Unsigned> _unsigned = new();
    private ulong _ticket;

    private sealed record Unsigned(ulong Ticket, UnsignedEntry Entry, Hash256 Root, Configuration? Configuration, TailEntry Tail);

    public void Make(in EntryDraft draft)
    {
        LogTail tail = context.Tail;
        Term term = context.Consensus.Status.Term;
        LogIndex index = tail.Last.Next();
        GovernanceVersion version = tail.State?.Version ?? GovernanceVersion.Zero;
        var place = new EntryHeader(draft.Kind, term, index, version, context.Salt, tail.LastLeaf);
        UnsignedEntry entry = EntryBuilder.Begin(in place, draft.PublicPart, draft.PrivatePart, context.Cipher);
        var tailEntry = new TailEntry
        {
            Index = index,
            Term = term,
            Kind = draft.Kind,
            Leaf = entry.LeafDigest,
            State = draft.State,
            LastBatch = draft.LastBatch ?? tail.LastBatch,
            IsHeldByWorker = draft.IsHeldByWorker,
            Attempt = draft.Attempt,
            GovernanceTicket = draft.GovernanceTicket,
            Outcome = draft.Outcome ?? "",
        };
        tail.Append(tailEntry);
        Hash256 root = tail.Tree.Root;
        _unsigned.Enqueue(new Unsigned(++_ticket, entry, root, draft.Configuration, tailEntry));
        Hash256 digest = new RootStatement(draft.State.Network.Value, term, index, root).LeaderDigest();
        context.Effects.Add(new SignEffect(_ticket, digest));
    }

    /// <summary>The answer to the oldest request; one that was dropped meanwhile is ignored. Null: nothing to propose.</summary>
    public ConsensusEntry? Sign(SignedInput input)
    {
        if (!_unsigned.TryPeek(out Unsigned? oldest) || oldest.Ticket != input.Ticket) return null;
        _unsigned.Dequeue();
        byte[] frame = oldest.Entry.Complete(oldest.Root, context.Self, input.Signature.Span);
        Invariant.Holds(EntryFrame.TryParse(frame, out EntryFrame parsed), "what was made can be parsed");
        oldest.Tail.Frame = parsed;
        return new ConsensusEntry(oldest.Tail.Term, oldest.Tail.Index, oldest.Configuration, frame);
    }

    /// <summary>What has not entered consensus never was.</summary>
    public void Drop()
    {
        _unsigned.Clear();
        context.Dropped++;
    }
}
