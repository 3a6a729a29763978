using Coco.Primitives;

namespace Coco.Consensus.Raft;

internal enum ProgressState : byte
{
    /// <summary>Where the logs agree is not known: one message at a time.</summary>
    Probe,

    /// <summary>The follower is in step: messages go out without waiting for answers, as many as the window allows.</summary>
    Replicate,

    /// <summary>A snapshot is on its way; no entries until the owner says that it arrived.</summary>
    Snapshot,
}

/// <summary>What a leader knows of one other node.</summary>
internal sealed class Progress(NodeId node, LogIndex next, ulong now, ConsensusSettings settings)
{
    private long _lastSentBytes;

    public NodeId Node { get; } = node;
    public ProgressState State { get; private set; }

    /// <summary>The last entry that is known to be on its disk.</summary>
    public LogIndex Match { get; private set; }

    /// <summary>The entry that it is to get next.</summary>
    public LogIndex Next { get; private set; } = next;

    /// <summary>A probe is out; the next one waits for its answer, or for any sign of life a while later.</summary>
    public bool IsProbing { get; private set; }

    /// <summary>The tick at which the probe went out.</summary>
    public ulong ProbedAt { get; private set; }

    /// <summary>The commit index that it was last told while in step.</summary>
    public LogIndex CommitTold { get; set; }

    public InflightWindow Inflight { get; } = new(settings.MaxInflightAppends, settings.MaxInflightBytes);

    /// <summary>The tick of its last message; before the first one, when this leader began to wait for it.</summary>
    public ulong HeardAt { get; private set; } = now;

    /// <summary>It has sent something to this leader.</summary>
    public bool HasBeenHeard { get; private set; }

    /// <summary>The latest read round that it has answered.</summary>
    public ulong Round { get; set; }

    /// <summary>The first entry of the disk read that is under way for it.</summary>
    public LogIndex? Reading { get; set; }

    /// <summary>The place of the last entry sent, whose term may no longer be in memory.</summary>
    public LogPosition LastSent { get; set; }

    public void Heard(ulong now) => (HeardAt, HasBeenHeard) = (now, true);

    public void Probe(LogIndex next)
    {
        State = ProgressState.Probe;
        Next = next > Match ? next : Match.Next();
        LastSent = default;
        IsProbing = false;
        Inflight.Clear();
    }

    /// <summary>The logs agree up to the match; what a probe has sent beyond is on its way.</summary>
    public void Replicate()
    {
        State = ProgressState.Replicate;
        Inflight.Clear();
        bool isMoreOnItsWay = LastSent.Index > Match;
        Next = isMoreOnItsWay ? LastSent.Index.Next() : Match.Next();
        if (isMoreOnItsWay) Inflight.Add(LastSent.Index, _lastSentBytes);
    }

    public void AwaitSnapshot()
    {
        State = ProgressState.Snapshot;
        Inflight.Clear();
    }

    public void PauseProbe(ulong now) => (IsProbing, ProbedAt) = (true, now);

    public void ResumeProbe() => IsProbing = false;

    /// <summary>Notes that an append up to <paramref name="last"/> has gone out; without bytes it had no entries.</summary>
    public void Sent(LogPosition last, long bytes, ulong now)
    {
        LastSent = last;
        _lastSentBytes = bytes;
        if (State == ProgressState.Probe) PauseProbe(now);
        if (State != ProgressState.Replicate || bytes == 0) return;
        Next = last.Index.Next();
        Inflight.Add(last.Index, bytes);
    }

    /// <summary>Takes an acknowledgement; false when it says nothing new.</summary>
    public bool Acknowledged(LogIndex match)
    {
        IsProbing = false;
        Inflight.FreeTo(match);
        bool isNew = match > Match;
        if (isNew) Match = match;
        if (Next <= Match) Next = Match.Next();
        return isNew;
    }
}
