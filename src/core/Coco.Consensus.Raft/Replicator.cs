using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>Sends the log to one follower, from memory, or through a disk read of the owner, or as a snapshot.</summary>
internal sealed class Replicator(RaftState state)
{
    /// <summary>Sends what may be sent now; <paramref name="evenIfEmpty"/> asks also when all has been sent, in case it was lost. Says whether anything left.</summary>
    public bool Send(Progress peer, bool evenIfEmpty = false)
    {
        if (peer.State == ProgressState.Snapshot) return false;
        if (peer.State == ProgressState.Probe) return !peer.IsProbing && SendOne(peer);
        bool hasSent = false;
        while (peer.Next <= state.Log.Last.Index && !peer.Inflight.IsFull && SendOne(peer)) hasSent = true;
        return hasSent || (evenIfEmpty && SendEmpty(peer));
    }

    public void OnEntriesRead(Progress peer, LogIndex first, IReadOnlyList<ConsensusEntry> entries)
    {
        if (peer.Reading != first) return;
        peer.Reading = null;
        if (peer.State == ProgressState.Snapshot) return;
        if (entries.Count == 0) AskForSnapshot(peer);
        else if (!UseRead(peer, first, entries)) Send(peer);
    }

    public void OnSnapshotSent(Progress peer, LogPosition snapshot, bool hasArrived)
    {
        if (peer.State != ProgressState.Snapshot) return;
        peer.Probe(hasArrived ? snapshot.Index.Next() : peer.Match.Next());
        if (hasArrived)
        {
            peer.LastSent = snapshot;
            Send(peer);
        }
        else
        {
            peer.PauseProbe(state.Now); // the next try waits until the follower is heard
        }
    }

    private bool SendOne(Progress peer)
    {
        if (peer.Next <= state.Log.Base.Index)
        {
            Read(peer);
            return false;
        }
        Invariant.Holds(TryPrevious(peer, out LogPosition previous), "the place before an entry in memory is known");
        bool hasEntries = peer.Next <= state.Log.Last.Index;
        Deliver(peer, previous, hasEntries ? state.Log.Slice(peer.Next, state.Settings.MaxAppendBytes) : []);
        return true;
    }

    private bool SendEmpty(Progress peer)
    {
        if (!TryPrevious(peer, out LogPosition previous)) return false;
        Deliver(peer, previous, []);
        return true;
    }

    private void Deliver(Progress peer, LogPosition previous, IReadOnlyList<ConsensusEntry> entries)
    {
        RaftMessage append = new()
        {
            Kind = MessageKind.Append,
            Term = state.Term,
            Index = previous.Index,
            LogTerm = previous.Term,
            Commit = state.Commit,
        };
        state.Send(peer.Node, append, entries);
        long bytes = 0;
        for (int i = 0; i < entries.Count; i++) bytes += LogTail.SizeOf(entries[i]);
        peer.Sent(entries.Count > 0 ? entries[^1].Position : previous, bytes, state.Now);
        if (peer.State == ProgressState.Replicate) peer.CommitTold = state.Commit;
    }

    private bool TryPrevious(Progress peer, out LogPosition previous)
    {
        LogIndex index = new(peer.Next.Value - 1);
        previous = new LogPosition(index, Term.Zero);
        if (index == LogIndex.Zero) return true;
        if (state.Log.TryTermAt(index, out Term term)) previous = new LogPosition(index, term);
        else if (peer.LastSent.Index == index) previous = peer.LastSent;
        else return false;
        return true;
    }

    /// <summary>Asks for entries that have left memory, with the one before where its term is not known.</summary>
    private void Read(Progress peer)
    {
        if (peer.Reading is not null) return;
        LogIndex first = TryPrevious(peer, out _) ? peer.Next : new LogIndex(peer.Next.Value - 1);
        peer.Reading = first;
        state.Effects.Add(new ReadEntriesEffect(peer.Node, first, state.Settings.MaxAppendBytes));
    }

    /// <summary>Sends entries read from disk; false when they are not what the follower needs now.</summary>
    private bool UseRead(Progress peer, LogIndex first, IReadOnlyList<ConsensusEntry> entries)
    {
        // Only what has left memory is final; a read may be older than a truncation of what had not.
        int count = 0;
        while (count < entries.Count && entries[count].Index <= state.Log.Base.Index)
        {
            Invariant.Holds(entries[count].Index.Value == first.Value + (ulong)count, "entries are read back in their order");
            count++;
        }
        int skip = 0;
        if (count > 0 && first.Next() == peer.Next) (peer.LastSent, skip) = (entries[0].Position, 1);
        if (count <= skip || entries[skip].Index != peer.Next || !TryPrevious(peer, out LogPosition previous)) return false;
        if (peer.State == ProgressState.Probe ? peer.IsProbing : peer.Inflight.IsFull) return true;
        Deliver(peer, previous, skip == 0 && count == entries.Count ? entries : [.. entries.Take(count).Skip(skip)]);
        Send(peer);
        return true;
    }

    private void AskForSnapshot(Progress peer)
    {
        peer.AwaitSnapshot();
        state.Effects.Add(new SendSnapshotEffect(peer.Node));
    }
}
