using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>All other nodes of the present configuration, as the leader sees them, in order of their ids.</summary>
internal sealed class Peers
{
    private readonly RaftState _state;
    private readonly List<Progress> _all = [];
    private readonly Func<NodeId, bool> _isHeard;
    private readonly Func<NodeId, LogIndex> _matchOf;
    private readonly Func<NodeId, bool> _hasAnswered;
    private ulong _round;

    public Peers(RaftState state)
    {
        _state = state;
        _isHeard = IsHeard;
        _matchOf = MatchOf;
        _hasAnswered = HasAnswered;
    }

    public int Count => _all.Count;
    public Progress this[int position] => _all[position];

    /// <summary>A quorum, with this node, was heard within the last election timeout.</summary>
    public bool HearsQuorum => Quorum.Holds(_state.Configuration, _isHeard);

    /// <summary>The last index that a quorum holds on disk.</summary>
    public LogIndex Committable => Quorum.Committable(_state.Configuration, _matchOf);

    public Progress? Find(NodeId node)
    {
        for (int i = 0; i < _all.Count; i++)
            if (_all[i].Node == node) return _all[i];
        return null;
    }

    public bool QuorumAnswered(ulong round)
    {
        _round = round;
        return Quorum.Holds(_state.Configuration, _hasAnswered);
    }

    /// <summary>It was heard, or began to be waited for, within the last election timeout.</summary>
    public bool IsHeard(Progress peer) => _state.Now - peer.HeardAt < (ulong)_state.Settings.ElectionTimeoutTicks;

    public void Clear() => _all.Clear();

    /// <summary>Takes over a changed configuration: who stays keeps its progress.</summary>
    public void TakeOver(Configuration configuration)
    {
        Progress[] before = [.. _all];
        _all.Clear();
        foreach (NodeId node in configuration.Everyone)
            if (node != _state.Self)
                _all.Add(Array.Find(before, known => known.Node == node)
                    ?? new Progress(node, _state.Log.Last.Index.Next(), _state.Now, _state.Settings));
    }

    private bool IsHeard(NodeId node) =>
        node == _state.Self
        || (Find(node) is { } peer && IsHeard(peer));

    private LogIndex MatchOf(NodeId node) => node == _state.Self ? _state.Disk.Persisted : Find(node)?.Match ?? LogIndex.Zero;

    private bool HasAnswered(NodeId node) => node == _state.Self || Find(node)?.Round >= _round;
}
