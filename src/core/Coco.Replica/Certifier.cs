using Coco.Consensus;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// Quorum certificates (CON-5): at intervals the leader asks everyone for a signature over the root at the last index, and puts
/// a quorum of them into the log. Not on the way of a commit: a certificate covers everything before it.
/// </summary>
internal sealed class Certifier(ReplicaContext context, EntryMaker maker)
{
    private readonly Dictionary<NodeId, ReadOnlyMemory<byte>> _signatures = [];
    private readonly Queue<(ulong Ticket, LogPosition At, NodeId AskedBy)> _signing = new();
    private LogPosition _asked;

    /// <summary>Who was a quorum at that place; a change since does not count for it.</summary>
    private Configuration _voters = Configuration.Empty;
    private LogIndex _certified;
    private LogIndex _lastWorthy;
    private ulong _nextAsk;
    private ulong _ticket = 1UL << 63;

    /// <summary>Tickets of co-signatures have the highest bit set, those of entries do not.</summary>
    public static bool IsOwnTicket(ulong ticket) => ticket >> 63 == 1;

    public void OnCommitted(TailEntry entry)
    {
        if (entry.Kind != EntryKind.Signatures) _lastWorthy = entry.Index;
        else if (QuorumCertificate.TryRead(entry.Frame.PublicPart, out QuorumCertificate? certificate))
            _certified = certificate!.Index;
    }

    /// <summary>As leader: asks for signatures when something new was committed.</summary>
    public void OnTick(bool mayLead)
    {
        if (!context.IsLeader || !mayLead || context.Now < _nextAsk || _lastWorthy <= _certified) return;
        _nextAsk = context.Now + (ulong)context.Start.CertificateTicks;
        _asked = context.Tail.ProcessedPosition;
        _voters = MembershipDesk.ToConfiguration(context.Tail.CommittedState!.Membership);
        _signatures.Clear();
        Sign(_asked, context.Self);
        foreach (NodeId node in context.Consensus.Status.Configuration.Everyone)
            if (node != context.Self) context.Send(node, new CoSignRequest(_asked));
    }

    /// <summary>The leader asks; answered when this VN holds the entry as committed.</summary>
    public void OnRequest(NodeId from, CoSignRequest request)
    {
        if (!context.IsActive || from != context.Consensus.Status.Leader) return;
        LogIndex index = request.At.Index;
        if (index > context.Consensus.Status.Persisted || index > context.Tail.Last || index < context.Tail.Tree.Committed) return;
        Sign(request.At, from);
    }

    public void OnSigned(SignedInput input)
    {
        if (!_signing.TryPeek(out var oldest) || oldest.Ticket != input.Ticket) return;
        _signing.Dequeue();
        if (oldest.AskedBy == context.Self) Add(context.Self, oldest.At.Index, input.Signature);
        else context.Send(oldest.AskedBy, new CoSignAnswer(oldest.At.Index, input.Signature));
    }

    public void OnAnswer(NodeId from, CoSignAnswer answer)
    {
        if (!context.IsActive || !context.IsLeader || answer.Index != _asked.Index || answer.Index < context.Tail.Tree.Committed) return;
        if (context.State.Find(from) is not { } incarnation) return;
        if (!context.Start.Signatures.Verify(incarnation.PublicKey.Span, DigestAt(_asked).Span, answer.Signature.Span)) return;
        Add(from, answer.Index, answer.Signature);
    }

    private void Sign(LogPosition at, NodeId askedBy)
    {
        _signing.Enqueue((++_ticket, at, askedBy));
        context.Effects.Add(new SignEffect(_ticket, DigestAt(at)));
    }

    private Hash256 DigestAt(LogPosition at) =>
        new RootStatement(context.State.Network.Value, at.Term, at.Index, context.Tail.Tree.RootAt(at.Index)).CoSignDigest();

    private void Add(NodeId node, LogIndex index, ReadOnlyMemory<byte> signature)
    {
        if (index != _asked.Index || index <= _certified) return;
        _signatures[node] = signature;
        if (!context.IsLeader || !Quorum.Holds(_voters, _signatures.ContainsKey)) return;
        var certificate = new QuorumCertificate(
            _asked.Term, index, context.Tail.Tree.RootAt(index),
            _signatures.Select(pair => new CoSignature(pair.Key, pair.Value)));
        var writer = new ByteWriter();
        certificate.Write(writer);
        _certified = index;
        maker.Make(new EntryDraft { Kind = EntryKind.Signatures, PublicPart = writer.Span, State = context.State });
    }
}
