using Coco.Consensus;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// The giving side: as leader, offers a snapshot to a VN that is far behind; as anyone, gives pieces of files to who asks. Keeps
/// nothing of a transfer but who has an offer and when it was heard last.
/// </summary>
internal sealed class SnapshotOffers(ReplicaContext context)
{
    private readonly SortedDictionary<NodeId, Offer> _offers = [];

    /// <param name="Until">It has failed when nobody has asked for a piece by then.</param>
    /// <param name="QuietSince">When the receiver was told of it, or asked for a piece, last; null: there is nothing to tell.</param>
    private sealed record Offer(LogPosition At, ulong Until, ulong? QuietSince)
    {
        /// <summary>A receiver asks for older files too, long after it has this one.</summary>
        public bool IsOf(FileAsk ask) => ask.Index == At.Index;
    }

    /// <summary>A transfer of this snapshot goes on.</summary>
    public bool IsUnderWay(LogIndex snapshot) => _offers.Values.Any(offer => offer.At.Index == snapshot);

    /// <summary>
    /// Whether a VN that lacks the entries from <paramref name="first"/> on is better served with a snapshot: it must where the
    /// files here do not reach back so far, and should where the snapshot is smaller than the entries that it saves. The state may grow
    /// with every entry: by any other measure a VN could be given one snapshot after the other and never the entries after them.
    /// </summary>
    public bool Prefers(LogIndex first)
    {
        if (context.Chunks is not { } chunks) return false;
        if (first < chunks.First) return true;
        return context.Snapshots.NewestProven is { } snapshot && snapshot.Index >= first
            && snapshot.Facts.Length < chunks.BytesOf(first, snapshot.Index);
    }

    /// <summary>The plug asks for a snapshot to be sent.</summary>
    public void Begin(NodeId to)
    {
        KnownSnapshot? snapshot = context.Snapshots.NewestProven;
        if (snapshot is null)
        {
            context.Effects.Add(new AlertEffect("lag", $"{context.NameOf(to)} needs entries that this VN's files lack, and there is no snapshot to send yet."));
            _offers[to] = new Offer(default, context.Now + Limits.AskAgainTicks, null);
            return;
        }
        SnapshotHeader header = snapshot.Facts.Header;
        context.Trace($"{context.NameOf(to)} gets the snapshot of entry {header.Index}.");
        Tell(to, snapshot, context.Now + Limits.FetchTicks);
    }

    private void Tell(NodeId to, KnownSnapshot snapshot, ulong until)
    {
        SnapshotHeader header = snapshot.Facts.Header;
        _offers[to] = new Offer(new LogPosition(header.Index, header.Term), until, context.Now);
        context.Send(to, new SnapshotOffer(header.Index, (ulong)snapshot.Facts.Length, snapshot.Proof!.Encode()));
    }

    /// <summary>Another VN asks for a piece of a file.</summary>
    public void OnAsk(NodeId from, FileAsk ask)
    {
        if (_offers.TryGetValue(from, out Offer? offer) && offer.IsOf(ask)) _offers[from] = offer with { Until = context.Now + Limits.FetchTicks, QuietSince = context.Now };
        (string File, long Length)? file = ask.Kind switch
        {
            SharedFile.Snapshot when context.Snapshots.Find(ask.Index) is { } known => (SnapshotFile.Name(known.Index), known.Facts.Length),
            SharedFile.Chunk when ask.Index <= context.Tail.Processed && ask.Index <= context.Consensus.Status.Persisted =>
                context.Chunks?.Locate(ask.Index),
            _ => null,
        };
        if (file is { } found && (long)ask.Offset < found.Length)
            context.Effects.Add(new ReadFileEffect(from, ask.Kind, ask.Index, found.File, (long)ask.Offset, found.Length));
        else
            context.Send(from, new FilePiece(ask.Kind, ask.Index, ask.Offset, 0, default));
    }

    /// <summary>
    /// The receiver has what the snapshot would give it, or will not take it. An offer may have been settled before, and the answer
    /// lost: the receiver says the same again, or it would be offered the same snapshot for ever.
    /// </summary>
    public void OnSettled(NodeId from, SnapshotSettled settled)
    {
        if (!_offers.TryGetValue(from, out Offer? offer) || offer.At.Index != settled.Index) return;
        _offers.Remove(from);
        context.Later.Enqueue(new SnapshotSentInput(from, offer.At, settled.IsHeld));
    }

    /// <summary>
    /// An offer that nobody takes up may have been lost, or that it is settled, and it is made again. What nobody asks for any more has failed: the
    /// plug looks anew where the follower is.
    /// </summary>
    public void OnTick()
    {
        foreach ((NodeId to, Offer offer) in _offers.ToList())
        {
            if (context.IsLeader && context.Now < offer.Until)
            {
                if (context.Now - offer.QuietSince >= Limits.AskAgainTicks && context.Snapshots.Find(offer.At.Index) is { Proof: not null } snapshot)
                    Tell(to, snapshot, offer.Until);
                continue;
            }
            _offers.Remove(to);
            context.Later.Enqueue(new SnapshotSentInput(to, offer.At, false));
        }
    }
}
