using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>
/// All that governance entries add up to. Immutable: the sequencer keeps the state at its last entry and at its committed one,
/// and going back is taking the older. No clock feeds it: an entry's time only bounds how far in the future a request may be.
/// </summary>
/// <param name="Version">1 at the genesis; rises by one with each change of the constitution.</param>
/// <param name="Nodes">Incarnations that take part or may, sorted by id: current ones, and replaced ones still in a quorum.</param>
/// <param name="NextNodeId">What the next admitted incarnation gets; no id is ever used twice.</param>
/// <param name="OpenProposals">In the order in which they were recorded.</param>
/// <param name="ClosedProposals">The latest ones, oldest first.</param>
/// <param name="Standings">One for each member, in the order of the constitution.</param>
public sealed record GovernanceState(
    NetworkId Network,
    Constitution Constitution,
    GovernanceVersion Version,
    ImmutableArray<NodeRecord> Nodes,
    NodeId NextNodeId,
    Membership Membership,
    ImmutableArray<OpenProposal> OpenProposals,
    ImmutableArray<ClosedProposal> ClosedProposals,
    ImmutableArray<MemberStanding> Standings)
{
    /// <summary>The state after the genesis entry.</summary>
    public static bool TryBegin(
        GovernanceEntry.Genesis genesis, [NotNullWhen(true)] out GovernanceState? state,
        [NotNullWhen(false)] out GovernanceRefusal? refusal) => NodeRules.TryBegin(genesis, out state, out refusal);

    /// <summary>Judges an entry and applies it if it is accepted. Total: any entry in any state gives a step.</summary>
    public GovernanceStep Apply(GovernanceEntry entry) => entry switch
    {
        GovernanceEntry.Request request => RequestRules.Apply(this, request),
        GovernanceEntry.NodeAdmitted admitted => NodeRules.Admit(this, admitted),
        GovernanceEntry.NodeRetired retired => NodeRules.Retire(this, retired),
        GovernanceEntry.MembershipChanged changed => NodeRules.Change(this, changed),
        GovernanceEntry.LeasesRenewed renewed => LeaseRules.Renew(this, renewed),
        GovernanceEntry.LeasesEnded ended => LeaseRules.End(this, ended),
        _ => Refuse(GovernanceCheck.Genesis, "the network has its genesis entry already"),
    };

    /// <summary>The incarnation that acts for the VN now; null before it first joined.</summary>
    public NodeRecord? CurrentOf(string node) => Nodes.FirstOrDefault(record => record.IsCurrent && record.Name == node);

    public NodeRecord? Find(NodeId id) => Nodes.FirstOrDefault(record => record.Id == id);

    /// <summary>The incarnation of this VN that holds this key.</summary>
    public NodeRecord? Find(string node, ReadOnlySpan<byte> publicKey)
    {
        foreach (NodeRecord record in Nodes)
            if (record.Name == node && record.PublicKey.Span.SequenceEqual(publicKey)) return record;
        return null;
    }

    public NodeStatus StatusOf(NodeId id) =>
        Membership.IsVoter(id) ? NodeStatus.Voter : Membership.Learners.Contains(id) ? NodeStatus.Learner : NodeStatus.Retired;

    /// <summary>The latest time that the ledger knows of the evidence of any VN; no clock is behind it for good.</summary>
    public ulong AttestedUntilUnixMs => Nodes.Max(node => node.AttestedAtUnixMs);

    /// <summary>Current incarnations whose VN is in the list no more: the leader retires them.</summary>
    public IEnumerable<NodeRecord> DueForRetirement =>
        Nodes.Where(record => record.IsCurrent && Constitution.FindNode(record.Name) is null);

    /// <summary>How the proposal stands; null where it is not known (any more).</summary>
    public ProposalState? StateOf(ProposalId id)
    {
        if (OpenProposals.Any(proposal => proposal.Id == id)) return ProposalState.Open;
        return ClosedProposals.LastOrDefault(proposal => proposal.Id == id)?.State;
    }

    /// <summary>The canonical bytes, for snapshots.</summary>
    public byte[] Encode() => GovernanceStateCodec.Encode(this);

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out GovernanceState? state) =>
        GovernanceStateCodec.TryDecode(bytes, out state);

    /// <summary>SHA-256 of the canonical bytes.</summary>
    public Hash256 ComputeDigest() => Sha256.Hash(Encode());

    internal GovernanceStep Refuse(GovernanceCheck check, string reason) => new(this, new GovernanceRefusal(check, reason), []);
}

/// <summary>Whether an incarnation counts in the quorum.</summary>
public enum NodeStatus : byte
{
    Retired = 0,
    Learner,
    Voter,
}

/// <summary>One incarnation of a VN.</summary>
/// <param name="PublicKey">Its P-256 point, 65 bytes: what signs ledger roots.</param>
/// <param name="EvidenceDigest">SHA-256 of the evidence in the entry that admitted it.</param>
/// <param name="Incarnation">1 for the first of this VN.</param>
/// <param name="IsCurrent">False once another has replaced it or it was retired, while an outgoing quorum still needs its key.</param>
public sealed record NodeRecord(
    string Name, NodeId Id, ReadOnlyMemory<byte> PublicKey, Hash256 EvidenceDigest, ulong Incarnation, bool IsCurrent)
{
    /// <summary>The time of the entry with its latest evidence.</summary>
    public ulong AttestedAtUnixMs { get; init; }

    public Quarantine Quarantine { get; init; }

    public bool IsQuarantined => Quarantine != Quarantine.None;
}

/// <summary>Whether an incarnation's lease has ended, and what it was then: former voters count for the last quorum.</summary>
public enum Quarantine : byte
{
    None = 0,
    OfLearner,
    OfVoter,
}

/// <summary>What protects a member's requests against being recorded twice.</summary>
/// <param name="SinceUnixMs">Requests made before are of an earlier membership: refused. The time of the proposal that added the member.</param>
/// <param name="LastProposalUnixMs">A proposal must be younger than the member's last one.</param>
public sealed record MemberStanding(string Member, ulong SinceUnixMs, ulong LastProposalUnixMs);
