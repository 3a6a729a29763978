using Coco.Consensus;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// A VN that went on from a snapshot knows its ledger files from that chunk on. The ones before are looked up one by one, back to
/// the first entry, each checked against the one after it; what is missing or damaged is fetched from the other VNs, so that in the
/// end every VN holds the same bytes (STO-2).
/// </summary>
internal sealed class Backfill(ReplicaContext context, Func<ulong> nextTicket)
{
    private readonly ByteWriter _bytes = new(1 << 12);
    private ChunkEnd? _looking;
    private IReadOnlyList<LogIndex> _present = [];
    private FilePull? _pull;
    private CheckedChunk? _storing;
    private ulong _storingTicket;
    private ulong _idleUntil;
    private int _peer;
    private int _failures;

    private bool IsIdle => _looking is null && _pull is null && _storing is null;

    public void OnTick()
    {
        if (context.Chunks is not { } chunks || chunks.Count == 0 || chunks.First.Value <= 1) return;
        if (IsIdle && context.Now >= _idleUntil) Look(chunks);
        else if (_pull is { } pull && (pull.HasFailed || pull.IsSilent)) Pause();
        else _pull?.OnTick();
    }

    public void OnFound(ChunkFoundInput input)
    {
        if (_looking is not { } looking || looking != input.End) return;
        _looking = null;
        if (context.Chunks!.Before != input.End) return;
        if (input.Chunk is { } chunk)
        {
            Take(chunk);
            return;
        }
        _present = input.Present;
        _bytes.Clear();
        if (Others() is { Count: > 0 } others)
        {
            NodeId peer = others[_peer % others.Count];
            _pull = new FilePull(context, peer, SharedFile.Chunk, input.End.Last, Log.Limits.MaxChunkFile);
            _pull.Ask();
        }
        else
        {
            Pause();
        }
    }

    public void OnPiece(NodeId from, FilePiece piece)
    {
        if (_pull is not { } pull || !pull.TryTake(from, piece)) return;
        _bytes.WriteFixed(piece.Bytes.Span);
        pull.Continue(pull.Received);
        if (!pull.IsComplete) return;
        ChunkEnd end = context.Chunks!.Before;
        CheckedChunk? chunk = end.Last == pull.Index ? CheckedChunk.TryRead(_bytes.ToArray(), in end) : null;
        _pull = null;
        if (chunk is not null) Store(chunk);
        else Pause();
    }

    public void OnDisk(ulong ticket)
    {
        if (_storing is not { } stored || ticket < _storingTicket) return;
        _storing = null;
        if (context.Chunks!.Before.Last == stored.Last) Take(stored);
    }

    /// <summary>The files begin elsewhere now.</summary>
    public void Reset()
    {
        (_looking, _pull, _storing) = (null, null, null);
        _bytes.Clear();
    }

    private void Look(LedgerChunks chunks)
    {
        _looking = chunks.Before;
        context.Effects.Add(new FindChunkEffect(chunks.Before));
    }

    private void Take(CheckedChunk chunk)
    {
        _failures = 0;
        context.Chunks!.Prepend(chunk);
        if (chunk.First.Value > 1) Look(context.Chunks);
        else context.Trace("The ledger files are whole, from the first entry on.");
    }

    /// <summary>Files that overlap with it hold what was never committed.</summary>
    private void Store(CheckedChunk chunk)
    {
        List<DiskOperation> operations = [.. InstallPlan.Store(chunk)];
        foreach (LogIndex wrong in _present.Where(first => first > chunk.First && first <= chunk.Last))
            operations.Add(new DiskOperation.Delete(ChunkFile.Name(wrong)));
        operations.Add(new DiskOperation.SyncDirectory());
        _storing = chunk;
        _storingTicket = nextTicket();
        context.Effects.Add(new DiskEffect(_storingTicket, null, operations));
    }

    /// <summary>The one that gave a chunk is asked for the next; another one where it has none; after all of them, later.</summary>
    private void Pause()
    {
        _pull = null;
        _peer++;
        if (++_failures % Math.Max(Others().Count, 1) == 0) _idleUntil = context.Now + Limits.AskAgainTicks;
    }

    private List<NodeId> Others() => [.. context.Consensus.Status.Configuration.Everyone.Where(node => node != context.Self)];
}
