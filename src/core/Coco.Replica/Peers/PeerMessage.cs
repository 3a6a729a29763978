using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>Everything that two managers say to each other once their link is attested.</summary>
public abstract record PeerMessage
{
    private protected PeerMessage()
    {
    }
}

/// <summary>A message of the consensus plug; the entries travel as ledger frames.</summary>
/// <param name="To">For this incarnation; a VN that runs as another one, by a sealed restart, must not take it for its own.</param>
public sealed record ConsensusPeerMessage(
    NodeId To, ReadOnlyMemory<byte> Header, IReadOnlyList<ReadOnlyMemory<byte>> Frames) : PeerMessage;

/// <summary>
/// This VN lives: it is at something long. Over a link whose next message is long, its bytes say the same, and the receiver's shell
/// gives this in their stead.
/// </summary>
public sealed record StillHere : PeerMessage
{
    public static StillHere Instance { get; } = new();
}

/// <summary>The leader asks for a signature over the root at this place (CON-5).</summary>
public sealed record CoSignRequest(LogPosition At) : PeerMessage;

/// <summary>A signature over the root at an index that this VN holds on disk.</summary>
public sealed record CoSignAnswer(LogIndex Index, ReadOnlyMemory<byte> Signature) : PeerMessage;

/// <summary>To the leader: this VN has written a snapshot.</summary>
public sealed record SnapshotReport(SnapshotClaim Claim) : PeerMessage;

/// <summary>The leader to a VN that is far behind: go on from this snapshot.</summary>
/// <param name="Length">Of the file, in bytes.</param>
/// <param name="Proof">A <see cref="SnapshotProof"/>.</param>
public sealed record SnapshotOffer(LogIndex Index, ulong Length, ReadOnlyMemory<byte> Proof) : PeerMessage;

/// <summary>The answer: this VN has the log up to this entry, from the snapshot or without it; or it will not take the snapshot.</summary>
public sealed record SnapshotSettled(LogIndex Index, bool IsHeld) : PeerMessage;

/// <summary>Give pieces of a file from this offset on.</summary>
public sealed record FileAsk(SharedFile Kind, LogIndex Index, ulong Offset) : PeerMessage;

/// <param name="Total">The length of the file; 0: it is not there.</param>
public sealed record FilePiece(SharedFile Kind, LogIndex Index, ulong Offset, ulong Total, ReadOnlyMemory<byte> Bytes) : PeerMessage;

/// <summary>Admitted transactions on their way to the leader's worker, which alone looks inside.</summary>
public sealed record TransactionsMessage(ReadOnlyMemory<byte> Message) : PeerMessage;

/// <summary>The answer of the leader's worker, for the worker that sent them.</summary>
public sealed record TransactionsAnswer(ReadOnlyMemory<byte> Answer) : PeerMessage;

/// <summary>A follower's linearizable read.</summary>
public sealed record ReadIndexAsk(ulong Request) : PeerMessage;

/// <summary>The index that the read must wait for; null: this VN can't say.</summary>
public sealed record ReadIndexGive(ulong Request, LogIndex? Index) : PeerMessage;

/// <summary>A VN that starts over its ledger asks what goes on, and shows what it holds.</summary>
/// <param name="Boot">Drawn at this start: answers to an older question do not count.</param>
/// <param name="Term">The highest term that its sealed state or its log shows.</param>
public sealed record Probe(ulong Boot, NodeId Self, Term Term, LogIndex LastIndex, Term LastTerm) : PeerMessage;

public enum ProbeState : byte
{
    /// <summary>Takes part, and a quorum lives.</summary>
    HasQuorum,

    /// <summary>Takes part, and hears of no quorum.</summary>
    NoQuorum,

    /// <summary>Starts over its ledger as well.</summary>
    Restarting,
}

/// <summary>What a VN answers to a <see cref="Probe"/>: its own state, and where the leader is if it knows.</summary>
/// <param name="End">Where its log ends.</param>
/// <param name="Membership">Who takes part as of there; null on an empty disk.</param>
/// <param name="Contacts">The incarnations that its log knows.</param>
public sealed record ProbeAnswer(
    ulong Boot, ProbeState State, NodeId Self, Term Term, LogPosition End, Membership? Membership, IReadOnlyList<Contact> Contacts, string Leader) : PeerMessage;

/// <summary>
/// A VN asks to be admitted as a new incarnation (NET-3). The shell adds evidence that names the VN's key, and the signature of the
/// operator's key (NET-5).
/// </summary>
public sealed record JoinRequest(ulong Boot, ReadOnlyMemory<byte> Evidence, ReadOnlyMemory<byte> OperatorSignature) : PeerMessage;

/// <summary>It is admitted: who it is, and whom it may speak to. The shell adds the session keys and takes them off again.</summary>
/// <param name="AsOf">The last committed entry of the leader that says so.</param>
public sealed record JoinAccepted(
    ulong Boot, NodeId Self, Hash256 Network, Hash256 ConstitutionDigest, LogPosition AsOf, IReadOnlyList<Contact> Contacts,
    ReadOnlyMemory<byte> Keys) : PeerMessage;

/// <summary>It is not: why, or where the leader is.</summary>
/// <param name="IsForGood">This start of the VN, with its key, can't be admitted any more.</param>
public sealed record JoinRefused(ulong Boot, string Reason, string Leader, string LeaderAddress, bool IsForGood = false) : PeerMessage;

/// <summary>The leader asks for fresh evidence with this nonce (TEE-3).</summary>
/// <param name="To">For this incarnation; a VN that runs as another one must not take it for its own.</param>
/// <param name="IsQuarantined">A quorum has ended the lease of the one that is asked.</param>
/// <param name="AsOf">The last committed entry by which the leader says so.</param>
public sealed record EvidenceAsk(NodeId To, Hash256 Nonce, bool IsQuarantined, LogIndex AsOf) : PeerMessage;

public sealed record EvidenceGive(ulong Boot, Hash256 Nonce, ReadOnlyMemory<byte> Evidence) : PeerMessage;

/// <summary>A VN wants to be asked: its lease has run out.</summary>
/// <param name="NeedsKeys">It has dropped its keys.</param>
public sealed record EvidenceWanted(ulong Boot, bool NeedsKeys) : PeerMessage;

/// <summary>A VN as a joining one must know it before it has read the ledger.</summary>
public sealed record Contact(NodeId Id, string Name, string Address, ReadOnlyMemory<byte> PublicKey);
