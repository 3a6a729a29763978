using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>
/// What this VN's disk holds and what is on its way there. All that one step changes becomes one persist effect; what others may
/// rely on waits for its answer (socket law 2).
/// </summary>
internal sealed class DiskTracker(LogIndex persisted)
{
    private readonly List<(ulong Ticket, LogIndex Last)> _underWay = [];
    private ulong _lastTicket;
    private ulong _answeredTicket;
    private ulong _hardStateTicket;
    private bool _hardStateChanged;
    private LogIndex? _truncateAfter;
    private IReadOnlyList<ConsensusEntry> _append = [];

    /// <summary>The last entry of the present log that is on disk.</summary>
    public LogIndex Persisted { get; private set; } = persisted;

    /// <summary>The present term and vote are on disk.</summary>
    public bool HoldsHardState => !_hardStateChanged && _answeredTicket >= _hardStateTicket;

    public void HardStateChanged() => _hardStateChanged = true;

    /// <summary>A write that was given out before the truncation tells no more about what stands after it.</summary>
    public void TruncateAfter(LogIndex index)
    {
        _truncateAfter = index;
        Clamp(index);
    }

    public void Append(IReadOnlyList<ConsensusEntry> entries)
    {
        Invariant.Holds(_append.Count == 0, "a step appends once");
        _append = entries;
    }

    /// <summary>A snapshot has taken the place of the log, on disk too.</summary>
    public void Reset(LogIndex index)
    {
        Clamp(index);
        Persisted = index;
    }

    /// <summary>Takes an answer; false when it was known already.</summary>
    public bool Answered(ulong ticket)
    {
        Invariant.Holds(ticket <= _lastTicket, "only tickets that were given out are answered");
        if (ticket <= _answeredTicket) return false;
        _answeredTicket = ticket;
        int done = 0;
        while (done < _underWay.Count && _underWay[done].Ticket <= ticket)
        {
            if (_underWay[done].Last > Persisted) Persisted = _underWay[done].Last;
            done++;
        }
        _underWay.RemoveRange(0, done);
        return true;
    }

    /// <summary>Gives out what this step has changed, if anything, as one write.</summary>
    public void Flush(HardState hardState, LogIndex last, ConsensusEffects effects)
    {
        if (!_hardStateChanged && _truncateAfter is null && _append.Count == 0) return;
        _lastTicket++;
        if (_hardStateChanged) _hardStateTicket = _lastTicket;
        if (_append.Count > 0) _underWay.Add((_lastTicket, last));
        effects.Add(new PersistEffect(_lastTicket, _hardStateChanged ? hardState : null, _truncateAfter, _append));
        (_hardStateChanged, _truncateAfter, _append) = (false, null, []);
    }

    private void Clamp(LogIndex index)
    {
        if (Persisted > index) Persisted = index;
        for (int i = 0; i < _underWay.Count; i++)
            if (_underWay[i].Last > index) _underWay[i] = (_underWay[i].Ticket, index);
    }
}
