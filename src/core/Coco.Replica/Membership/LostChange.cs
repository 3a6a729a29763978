using Coco.Consensus;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// A change of who takes part that this VN made as leader, and that no quorum came to hold. Counting from when it stands in the log (Raft
/// 6), it would ask for votes of an incarnation that may be gone for good. Nobody but this VN counted its own disk for entries that it
/// made itself, so where too few others can hold the change, it is taken back: by a VN that starts, where those who answer it are no quorum
/// with the change. A disk that went back shows less than its VN acknowledged; with a quorum that can go on nothing need be taken back.
/// </summary>
internal static class LostChange
{
    /// <summary>The first entry of what is lost; null: there is no change, or it may be held.</summary>
    /// <param name="end">The end of the log that this VN showed just now; null: it showed none.</param>
    public static LogIndex? Find(ReplicaContext context, NodeId self, Func<NodeId, LogPosition?> end)
    {
        if (context.Tail.LastChange is not { Kind: EntryKind.Configuration } change) return null;
        if (Quorum.Holds(MembershipDesk.ToConfiguration(context.State.Membership), node => node == self || end(node) is not null)) return null;
        foreach (TailEntry entry in context.Tail.Entries)
            if (entry.Index >= change.Index && entry.Frame.Signer != self) return null;
        var at = new LogPosition(change.Index, change.Term);
        bool MayHold(NodeId node) => node == self || end(node) is not { } shown || shown.IsAsNewAs(at);
        // An entry is committed by those who take part from it on: what ends a joint configuration, by the incoming voters alone (Raft 6).
        Configuration committers = MembershipDesk.ToConfiguration(change.State.Membership);
        return Quorum.Holds(committers, MayHold) ? null : change.Index;
    }
}
