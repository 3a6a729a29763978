using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>
/// Linearizable reads without log entries (Raft 6.4): a round of heartbeats, begun after the reads came, shows that this node was
/// still the leader. Reads that come while a round is under way share the next one.
/// </summary>
internal sealed class ReadRounds(RaftState state, Peers peers)
{
    private readonly List<ulong> _waiting = [];
    private readonly List<ulong> _inRound = [];
    private LogIndex _roundIndex;

    /// <summary>The latest round; heartbeats carry it.</summary>
    public ulong Round { get; private set; }

    public void Refuse(ulong request) => state.Effects.Add(new ReadIndexEffect(request, null));

    public void Request(ulong request)
    {
        if (_waiting.Count + _inRound.Count >= Limits.MaxWaitingReads) Refuse(request);
        else _waiting.Add(request);
    }

    /// <summary>Ends rounds that a quorum has answered and begins one when reads wait; says whether heartbeats should go out for it.</summary>
    public bool Advance(bool hasCommittedInTerm)
    {
        bool hasBegun = false;
        while (true)
        {
            if (_inRound.Count > 0 && peers.QuorumAnswered(Round)) Answer();
            if (_inRound.Count > 0 || _waiting.Count == 0 || !hasCommittedInTerm) return hasBegun && _inRound.Count > 0;
            Begin();
            hasBegun = true;
        }
    }

    /// <summary>Leadership is lost: nothing can be said to those who wait.</summary>
    public void End()
    {
        foreach (ulong request in _inRound) Refuse(request);
        foreach (ulong request in _waiting) Refuse(request);
        _inRound.Clear();
        _waiting.Clear();
    }

    private void Begin()
    {
        Round++;
        _roundIndex = state.Commit;
        _inRound.AddRange(_waiting);
        _waiting.Clear();
    }

    private void Answer()
    {
        foreach (ulong request in _inRound) state.Effects.Add(new ReadIndexEffect(request, _roundIndex));
        _inRound.Clear();
    }
}
