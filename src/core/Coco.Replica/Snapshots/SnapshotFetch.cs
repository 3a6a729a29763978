using Coco.Consensus;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>A snapshot that was fetched and checked, with the chunk that holds its entry: all that a VN goes on from.</summary>
internal sealed record FetchedSnapshot(KnownSnapshot Snapshot, GovernanceState Governance, CheckedChunk Chunk, NodeId From)
{
    public SnapshotHeader Header => Snapshot.Facts.Header;
    public LogPosition Position => new(Header.Index, Header.Term);
}

/// <summary>
/// The taking side of a VN that is far behind: fetches the snapshot that the leader offers, checks it against a quorum's
/// signatures, fetches the chunk with its entry, and gives out what can be installed. Until then this VN stays as it is.
/// </summary>
internal sealed class SnapshotFetch(ReplicaContext context)
{
    private readonly ByteWriter _chunk = new(1 << 12);
    private SnapshotProof? _proof;
    private FilePull? _file;
    private FilePull? _chunkFile;
    private SnapshotFacts? _facts;
    private GovernanceState? _governance;
    private bool _isChecking;
    private ulong _attempt;

    /// <summary>What is on disk of the file, without a gap.</summary>
    private long _stored;

    /// <summary>In which the fetch began.</summary>
    private Term _term;
    private CheckedChunk? _checked;

    /// <summary>To be installed now.</summary>
    public FetchedSnapshot? Ready { get; private set; }

    public void OnOffer(NodeId from, SnapshotOffer offer)
    {
        if (from != context.Consensus.Status.Leader || context.IsLeader || _file?.Index == offer.Index) return;
        if (_file is not null && (_file.Index > offer.Index || _checked is not null)) return;
        if (offer.Index <= context.Tail.Processed)
        {
            context.Send(from, new SnapshotSettled(offer.Index, true)); // what committed is the same on all VNs
            return;
        }
        if (!SnapshotProof.TryDecode(offer.Proof.Span, out SnapshotProof? proof)) return;
        End();
        _proof = proof;
        _attempt++;
        _term = context.Consensus.Status.Term;
        _file = new FilePull(context, from, SharedFile.Snapshot, offer.Index, long.MaxValue);
        context.Effects.Add(new BeginFetchEffect(offer.Index));
        context.Trace($"Fetches the snapshot of entry {offer.Index} from {context.NameOf(from)}, {offer.Length} bytes.");
        _file.Ask();
    }

    public void OnPiece(NodeId from, FilePiece piece)
    {
        if (_chunkFile is { } chunk && chunk.TryTake(from, piece))
        {
            _chunk.WriteFixed(piece.Bytes.Span);
            chunk.Continue(chunk.Received);
            if (chunk.IsComplete) OnChunk();
        }
        else if (_file is { } file && file.TryTake(from, piece))
        {
            context.Effects.Add(new StoreFetchedEffect(file.Index, _attempt, (long)piece.Offset, piece.Bytes));
        }
    }

    /// <summary>Takes what the shell says of the file.</summary>
    public bool TryTake(ReplicaInput input)
    {
        switch (input)
        {
            case FetchStoredInput stored: OnStored(stored); return true;
            case FetchCheckedInput checkedInput: OnChecked(checkedInput); return true;
            case FetchAdoptedInput adopted: OnAdopted(adopted); return true;
            case FetchFailedInput failed: OnFailed(failed); return true;
            default: return false;
        }
    }

    private void OnStored(FetchStoredInput input)
    {
        if (_file is not { } file || file.Index != input.Index || input.Attempt != _attempt || _isChecking) return;
        if (input.From != _stored)
        {
            context.Trace($"The snapshot of entry {file.Index} is not fetched any further: a part of it could not be stored.");
            End();
            return;
        }
        _stored = input.To;
        file.Continue(_stored);
        if (!file.IsComplete || _stored != file.Total) return;
        _isChecking = true;
        context.Effects.Add(new CheckFetchedEffect(file.Index));
    }

    /// <summary>The file is whole: is it what a quorum has co-signed?</summary>
    private void OnChecked(FetchCheckedInput input)
    {
        if (_file is not { } file || file.Index != input.Index || !_isChecking) return;
        _facts = input.Facts;
        _governance = _facts is null ? null : SnapshotCheck.Governance(_facts.Header);
        bool holds = _facts is { } facts && _governance is { } state && facts.Index == file.Index
            && (context.Tail.State is not { } own || own.Network == state.Network)
            && SnapshotCheck.Claimed(facts.Header, _proof!, context.Start.Signatures) is { } claim && claim.Digest == facts.Digest;
        if (!holds)
        {
            OnFalse(file);
            return;
        }
        _chunkFile = new FilePull(context, file.From, SharedFile.Chunk, file.Index, Log.Limits.MaxChunkFile);
        _chunkFile.Ask();
    }

    /// <summary>
    /// A VN that was started again meanwhile may hold the same snapshot encrypted otherwise, and then this file is made of both. An
    /// election came with that.
    /// </summary>
    private void OnFalse(FilePull file)
    {
        string text = $"What {context.NameOf(file.From)} sent is not the snapshot of entry {file.Index} that a quorum has signed: its host's disk has changed it, or this one's.";
        if (context.Consensus.Status.Term == _term) context.Effects.Add(new AlertEffect("snapshot", text));
        else context.Trace(text);
        End();
    }

    private void OnAdopted(FetchAdoptedInput input)
    {
        if (_checked is null || _facts!.Index != input.Index) return;
        var snapshot = new KnownSnapshot(_facts, _proof);
        if (_facts.Index > context.Tail.Processed)
        {
            Ready = new FetchedSnapshot(snapshot, _governance!, _checked, _file!.From);
            return;
        }
        context.Snapshots.Add(snapshot); // the log has come this far without it
        Clear();
    }

    /// <summary>The disk's fault, and nobody else's.</summary>
    private void OnFailed(FetchFailedInput input)
    {
        if (_file?.Index != input.Index) return;
        context.Trace($"The snapshot of entry {input.Index} is not used: {input.Reason}");
        End();
    }

    public void OnTick()
    {
        if (_file is null || _checked is not null) return;
        bool isFailed = _file.HasFailed || _chunkFile is { HasFailed: true };
        bool isStale = !_isChecking ? _file.IsStale : _chunkFile is { IsStale: true, IsComplete: false };
        if (isFailed || isStale || _file.Index <= context.Tail.Processed)
        {
            context.Trace($"The snapshot of entry {_file.Index} is not fetched any further.");
            End();
            return;
        }
        if (_chunkFile is not null) _chunkFile.OnTick();
        else _file.OnTick();
    }

    /// <summary>Forgets all of it; what was installed keeps its file.</summary>
    public void Clear()
    {
        _chunk.Clear();
        (_proof, _file, _chunkFile, _facts, _governance, _checked) = (null, null, null, null, null, null);
        _isChecking = false;
        _stored = 0;
        Ready = null;
    }

    public void End()
    {
        if (_file is not null) context.Effects.Add(new EndFetchEffect(_file.Index));
        Clear();
    }

    private void OnChunk()
    {
        SnapshotHeader header = _facts!.Header;
        var end = new ChunkEnd(header.Network, header.Index, header.Leaf, header.Frontier.Root());
        _checked = CheckedChunk.TryRead(_chunk.ToArray(), in end);
        if (_checked is not null)
        {
            context.Effects.Add(new AdoptFetchedEffect(header.Index, _proof!));
            return;
        }
        context.Effects.Add(new AlertEffect("ledger", $"{context.NameOf(_file!.From)} sent a chunk that does not end in entry {header.Index}."));
        End();
    }
}
