using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>What a sequencer wants done.</summary>
public abstract record ReplicaEffect
{
    private protected ReplicaEffect()
    {
    }
}

/// <summary>Send over the attested link to the VN of this name; it may be lost.</summary>
public sealed record SendEffect(string To, PeerMessage Message) : ReplicaEffect;

/// <summary>With whom links are kept.</summary>
/// <param name="Known">The other VNs of the list, those that left it and still take part, and those of whom others told.</param>
/// <param name="IsOpen">
/// This VN does not take part, or hears of no quorum: its list may be older than the network's, so any attested VN of its network may open a
/// link. It takes nothing from one whose key it does not know, but asks it, and learns.
/// </param>
public sealed record PeersChangedEffect(IReadOnlyList<PeerAddress> Known, bool IsOpen) : ReplicaEffect;

/// <param name="Name">Of a VN.</param>
/// <param name="Address">Where other VNs reach it; empty: it is not known, and that one must open the link.</param>
public sealed record PeerAddress(string Name, string Address);

/// <summary>A VN that joins should have a link to the leader at this address.</summary>
public sealed record ConnectEffect(string Address) : ReplicaEffect;

/// <summary>Sign a digest with the VN key; answered by <see cref="SignedInput"/>.</summary>
public sealed record SignEffect(ulong Ticket, Hash256 Digest) : ReplicaEffect;

/// <summary>
/// Write and sync: the sealed state if it is not null (replaced as a whole), then the ledger operations in order. Answered by
/// <see cref="DiskInput"/>.
/// </summary>
public sealed record DiskEffect(ulong Ticket, SealedState? State, IReadOnlyList<DiskOperation> Operations) : ReplicaEffect;

/// <summary>What a VN must find again after a restart, beside its ledger; written sealed (architecture, Restart).</summary>
public sealed record SealedState(NodeId Self, Term Term, NodeId Vote);

/// <summary>For whom the ledger is read back.</summary>
public abstract record LogReader
{
    private LogReader()
    {
    }

    /// <summary>A follower that is behind what memory holds.</summary>
    public sealed record Follower(NodeId Node) : LogReader;

    /// <summary>The worker that catches up.</summary>
    public sealed record Worker : LogReader
    {
        public static Worker Instance { get; } = new();
    }
}

/// <summary>Read frames back from this VN's ledger files, checked; answered by <see cref="LogReadInput"/>, or <see cref="LedgerLostInput"/>.</summary>
public sealed record ReadLogEffect(LogReader Reader, LogIndex First, int MaxBytes) : ReplicaEffect;

/// <summary>This VN is member of the network from now on, as this incarnation.</summary>
public sealed record AdmittedEffect(NodeId Self) : ReplicaEffect;

/// <summary>This VN goes on as the incarnation that it was before all stopped: the shell takes its sealed VN key for links and signatures.</summary>
public sealed record ResumedEffect(NodeId Self) : ReplicaEffect;

/// <summary>Make evidence of this VN's key for this nonce; answered by <see cref="EvidenceProducedInput"/>.</summary>
public sealed record ProduceEvidenceEffect(Hash256 Nonce) : ReplicaEffect;

/// <summary>Judge evidence of this incarnation for this nonce under the constitution; answered by <see cref="EvidenceJudgedInput"/>.</summary>
public sealed record JudgeEvidenceEffect(NodeRecord Node, Hash256 Nonce, ReadOnlyMemory<byte> Evidence) : ReplicaEffect;

/// <summary>Evidence was committed: judge it too, and have nothing to do with a VN whose evidence is refused here.</summary>
/// <param name="Before">Governance before the entry; null before the genesis.</param>
public sealed record EvidenceCommittedEffect(LogIndex At, GovernanceEntry Entry, GovernanceState? Before) : ReplicaEffect;

/// <summary>A quorum has ended this VN's lease, and has the keys: drop them.</summary>
public sealed record QuarantinedEffect : ReplicaEffect
{
    public static QuarantinedEffect Instance { get; } = new();
}

/// <summary>This VN can't go on: the reason, and whether a restart could help.</summary>
public sealed record HaltEffect(string Reason) : ReplicaEffect;

/// <summary>Something that an operator should see (UX-6).</summary>
public sealed record AlertEffect(string Kind, string Text) : ReplicaEffect;

/// <summary>A line for the log of this VN.</summary>
public sealed record TraceEffect(string Text) : ReplicaEffect;

/// <summary>The answer to a governance request.</summary>
public sealed record GovernanceAnswerEffect(ulong Ticket, GovernanceAnswer Answer) : ReplicaEffect;

/// <param name="IsAccepted">The request was recorded and is committed.</param>
/// <param name="Text">What came of it, or why it was refused.</param>
/// <param name="Leader">Where to go instead; null unless this VN is not the leader.</param>
public sealed record GovernanceAnswer(bool IsAccepted, string Text, string? Leader);

/// <summary>The VN list or the constitution changed: links, policy views and leases follow it.</summary>
public sealed record GovernanceChangedEffect(GovernanceState State, LogIndex At) : ReplicaEffect;

/// <summary>To the worker: what it is to be.</summary>
/// <param name="Snapshot">The state to give it first; null: it begins with nothing.</param>
public sealed record WelcomeWorkerEffect(GovernanceState State, SnapshotFacts? Snapshot) : ReplicaEffect;

/// <summary>The worker holds a state that is of no more use: end the connection, so that a new one comes.</summary>
public sealed record DropWorkerEffect(string Reason) : ReplicaEffect;

/// <summary>To the worker: a committed batch that it doesn't hold.</summary>
public sealed record ApplyBatchEffect(LogIndex Index, ReadOnlyMemory<byte> Record) : ReplicaEffect;

/// <summary>To the worker: its own batch is committed.</summary>
public sealed record BatchCommittedEffect(BatchNumber Batch, LogIndex Index) : ReplicaEffect;

/// <summary>To the worker: a proposal was stale.</summary>
public sealed record ProposalRefusedEffect(ulong Attempt, BatchNumber From, GovernanceVersion GovernanceVersion) : ReplicaEffect;

/// <summary>To the worker: the role that it may act on.</summary>
public sealed record WorkerRoleEffect(Term Term, bool IsLeader, bool HasLeader, GovernanceVersion GovernanceVersion) : ReplicaEffect;

/// <summary>To the worker: other VNs' transactions.</summary>
public sealed record ForwardedEffect(NodeId From, ReadOnlyMemory<byte> Message) : ReplicaEffect;

/// <summary>To the worker: the leader's answer.</summary>
public sealed record ForwardAnsweredEffect(ReadOnlyMemory<byte> Answer) : ReplicaEffect;

/// <summary>To the worker: all that a linearizable read must see was sent before this; or nobody can say.</summary>
public sealed record ReadIndexAnswerEffect(ulong Request, bool IsKnown) : ReplicaEffect;

/// <summary>Effects of one step, in order. Reused: clear it before each step.</summary>
public sealed class ReplicaEffects
{
    private readonly List<ReplicaEffect> _effects = [];

    public int Count => _effects.Count;
    public ReplicaEffect this[int position] => _effects[position];

    public void Add(ReplicaEffect effect) => _effects.Add(effect);

    public void Clear() => _effects.Clear();
}
