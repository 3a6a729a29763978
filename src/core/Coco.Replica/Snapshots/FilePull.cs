using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// The taking side of one file: asks one VN for pieces, in order, a few at a time, and asks again where nothing comes. What to do
/// with the pieces is the owner's.
/// </summary>
internal sealed class FilePull(ReplicaContext context, NodeId from, SharedFile kind, LogIndex index, long most)
{
    private ulong _heardAt = context.Now;
    private ulong _askedAt;
    private ulong _roundTrip = Limits.AskAgainTicks;
    private long _askedTo;

    public NodeId From => from;
    public LogIndex Index => index;

    /// <summary>What has come, without a gap.</summary>
    public long Received { get; private set; }

    /// <summary>The length of the file; 0 before it is known.</summary>
    public long Total { get; private set; }

    public bool IsComplete => Total > 0 && Received == Total;

    /// <summary>The giver has no such file, or it is too long.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Nothing came in a long time.</summary>
    public bool IsStale => context.Now - _heardAt >= Limits.FetchTicks;

    /// <summary>Nothing came although it was asked for more than once: another VN may answer sooner.</summary>
    public bool IsSilent => context.Now - _heardAt >= Limits.SilentTicks;

    /// <summary>Asks for what comes after <see cref="Received"/>.</summary>
    public void Ask()
    {
        _askedAt = context.Now;
        _askedTo = Received + ((long)Limits.PiecesAtOnce * context.Start.PieceBytes);
        context.Send(from, new FileAsk(kind, index, (ulong)Received));
    }

    public void OnTick()
    {
        ulong patience = Math.Clamp(4 * _roundTrip, Limits.MinAskAgainTicks, Limits.AskAgainTicks);
        if (!IsComplete && !HasFailed && context.Now - Math.Max(_askedAt, _heardAt) >= patience) Ask();
    }

    /// <summary>Whether the piece is the next one.</summary>
    public bool TryTake(NodeId sender, FilePiece piece)
    {
        if (sender != from || piece.Kind != kind || piece.Index != index || IsComplete) return false;
        if (piece.Total == 0 || piece.Total > (ulong)most || (Total != 0 && (long)piece.Total != Total))
        {
            HasFailed = piece.Total == 0 ? piece.Offset == (ulong)Received : true;
            return false;
        }
        if (piece.Offset > (ulong)Received && context.Now > _askedAt) Ask(); // pieces come in order: one before it was lost
        if (piece.Offset != (ulong)Received || piece.Bytes.IsEmpty || piece.Offset + (ulong)piece.Bytes.Length > piece.Total) return false;
        if (_heardAt <= _askedAt) _roundTrip = context.Now - _askedAt;
        Total = (long)piece.Total;
        Received += piece.Bytes.Length;
        _heardAt = context.Now;
        return true;
    }

    /// <summary>The owner has dealt with all up to <paramref name="offset"/>; asks on when that is all that was asked for.</summary>
    public void Continue(long offset)
    {
        _heardAt = context.Now;
        if (!IsComplete && offset == Received && Received >= _askedTo) Ask();
    }
}
