using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>Handing over leadership (thesis 3.10): no new proposals, the target catches up, then it is told to campaign at once.</summary>
internal sealed class Transfer(RaftState state, Peers peers)
{
    private NodeId? _target;
    private ulong _begunAt;

    public bool IsUnderWay => _target is not null;

    public void End() => _target = null;

    /// <summary>Begins, or begins anew with another target. A target that is no incoming voter, or this node, is ignored.</summary>
    public void Begin(NodeId? wanted)
    {
        NodeId? target = wanted ?? Furthest();
        if (target is not { } node || node == state.Self || node == _target) return;
        if (!state.Configuration.Voters.Contains(node) || peers.Find(node) is not { } peer) return;
        (_target, _begunAt) = (node, state.Now);
        OnProgress(peer);
    }

    /// <summary>The target may have caught up.</summary>
    public void OnProgress(Progress peer)
    {
        if (peer.Node != _target || peer.Match != state.Log.Last.Index) return;
        state.Send(peer.Node, new RaftMessage { Kind = MessageKind.TimeoutNow, Term = state.Term });
    }

    /// <summary>A target that has not taken over within an election timeout will not: proposals go on.</summary>
    public void Tick()
    {
        bool isGone = _target is { } node && !state.Configuration.Voters.Contains(node);
        if (isGone || (IsUnderWay && state.Now - _begunAt >= (ulong)state.Settings.ElectionTimeoutTicks)) End();
    }

    private NodeId? Furthest()
    {
        Progress? best = null;
        for (int i = 0; i < peers.Count; i++)
            if (state.Configuration.Voters.Contains(peers[i].Node) && (best is null || peers[i].Match > best.Match)) best = peers[i];
        return best?.Node;
    }
}
