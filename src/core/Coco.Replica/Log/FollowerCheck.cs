using Coco.Consensus;
using Coco.Crypto;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// Checks what a leader sent before it goes to this VN's disk: shape and place before consensus sees it; chain, root and
/// signature when it enters the log. A leader is attested, so a wrong entry means a broken enclave, and this VN stops.
/// </summary>
internal sealed class FollowerCheck(ReplicaContext context)
{
    /// <summary>The frame as consensus takes it; null when its shape is wrong.</summary>
    public static ConsensusEntry? Decode(ReadOnlyMemory<byte> bytes)
    {
        if (!EntryFrame.TryParse(bytes, out EntryFrame frame)) return null;
        Configuration? configuration = null;
        if (frame.Header.Kind is EntryKind.Configuration or EntryKind.Genesis)
        {
            if (!GovernanceEntryCodec.TryDecode(frame.PublicPart.Span, out GovernanceEntry? entry) || entry!.Membership is null) return null;
            configuration = MembershipDesk.ToConfiguration(entry.Membership);
        }
        return new ConsensusEntry(frame.Header.Term, frame.Header.Index, configuration, bytes);
    }

    /// <summary>Appends to the tail; null, or what is wrong with the entry.</summary>
    public string? TryAppend(ReadOnlyMemory<byte> bytes)
    {
        LogTail tail = context.Tail;
        if (!EntryFrame.TryParse(bytes, out EntryFrame frame)) return "its shape is wrong";
        EntryHeader header = frame.Header;
        if (header.Index != tail.Last.Next()) return "its place is wrong";
        if (header.Previous != tail.LastLeaf) return "it does not continue the chain";
        GovernanceState? before = tail.State;
        (GovernanceState? state, string? refusal) = After(in frame);
        if (state is null) return refusal;
        BatchNumber? batch = tail.LastBatch;
        if (header.Kind == EntryKind.Batch)
        {
            if (!BatchPublicPart.TryRead(frame.PublicPart.Span, out BatchPublicPart part)) return "its public part can't be read";
            BatchNumber expected = batch is { } last ? last.Next() : BatchNumber.Zero;
            if (part.Number != expected) return $"its batch is {part.Number}, not {expected}";
            batch = part.Number;
        }
        if (header.Kind == EntryKind.SnapshotDigest
            && (!SnapshotClaim.TryRead(frame.PublicPart.Span, out SnapshotClaim claim) || claim.Index >= header.Index))
            return "its claim of a snapshot can't be read";
        tail.Append(new TailEntry
        {
            Index = header.Index,
            Term = header.Term,
            Kind = header.Kind,
            Leaf = frame.LeafDigest(),
            State = state,
            LastBatch = batch,
            Frame = frame,
        });
        if (tail.Tree.Root != frame.Root) return "its root is not the root of this ledger";
        // A leader that leaves signs the entry which retires it.
        NodeRecord? signer = before?.Find(frame.Signer) ?? state.Find(frame.Signer);
        return signer is not null && frame.IsSignedBy(state.Network.Value, signer.PublicKey.Span, context.Start.Signatures) ? null : "its signature is wrong";
    }

    /// <summary>Governance after the entry.</summary>
    private (GovernanceState? State, string? Refusal) After(in EntryFrame frame)
    {
        if (frame.Header.Kind is not (EntryKind.Genesis or EntryKind.Governance or EntryKind.Configuration))
            return (context.Tail.State, context.Tail.State is null ? "the log does not begin with genesis" : null);
        if (!GovernanceEntryCodec.TryDecode(frame.PublicPart.Span, out GovernanceEntry? entry)) return (null, "its public part can't be read");
        if (context.Tail.State is { } state)
        {
            GovernanceStep step = state.Apply(entry);
            return step.IsAccepted ? (step.State, null) : (null, step.Refusal!.Reason);
        }
        if (entry is not GovernanceEntry.Genesis genesis) return (null, "the log does not begin with genesis");
        return GovernanceState.TryBegin(genesis, out GovernanceState? first, out GovernanceRefusal? refusal)
            ? (first, null) : (null, refusal.Reason);
    }
}
