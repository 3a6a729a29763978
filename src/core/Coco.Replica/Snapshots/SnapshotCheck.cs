using Coco.Consensus;
using Coco.Crypto;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>What a snapshot's header must be before anything is taken from it.</summary>
internal static class SnapshotCheck
{
    /// <summary>Governance as of the snapshot; null where the header contradicts itself.</summary>
    public static GovernanceState? Governance(SnapshotHeader header)
    {
        if (!GovernanceState.TryDecode(header.Governance.Span, out GovernanceState? state)) return null;
        var reader = new SpanReader(header.Configuration.Span);
        bool isSame = Membership.TryDecode(ref reader, out Membership membership) && reader.IsAtEnd && membership.Equals(state.Membership)
            && state.Network.Value == header.Network && state.Version == header.GovernanceVersion && header.Index > LogIndex.Zero;
        return isSame ? state : null;
    }

    /// <summary>What the proof shows to be co-signed by a quorum of those who took part when the snapshot was taken; null: nothing.</summary>
    public static SnapshotClaim? Claimed(SnapshotHeader header, SnapshotProof proof, ISignatureVerifier signatures)
    {
        if (Governance(header) is not { } state) return null;
        Configuration configuration = MembershipDesk.ToConfiguration(state.Membership);
        SnapshotClaim? claim = proof.Verify(
            state.Network.Value,
            node => state.Find(node)?.PublicKey,
            nodes => Quorum.Holds(configuration, nodes.Contains), signatures);
        return claim?.Index == header.Index ? claim : null;
    }
}
