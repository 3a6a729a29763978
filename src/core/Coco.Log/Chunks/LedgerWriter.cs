using Coco.Primitives;

namespace Coco.Log;

/// <summary>A frame to be written, and its leaf digest, which whoever made or checked it has at hand.</summary>
public readonly record struct LedgerRecord(ReadOnlyMemory<byte> Frame, Hash256 Leaf);

/// <summary>
/// Plans what is written to the chunk files; a shell, or a simulated disk, carries it out. Where chunks end depends on the entries
/// alone, so the files are the same on every VN. A file is synced before the next one is begun and files go one by one
/// from the end, so that a crash leaves the log up to some entry and at most a torn end in the last file.
/// </summary>
public sealed class LedgerWriter(LedgerChunks chunks)
{
    private readonly List<ReadOnlyMemory<byte>> _parts = [];

    /// <summary>
    /// Adds the operations that append these entries, in order; durable when the last is done. The frames are not copied and must
    /// not change. The tree already holds their leaves, and doesn't yet hold for committed those of the chunk that they begin.
    /// </summary>
    public void Append(ReadOnlySpan<LedgerRecord> records, MerkleLedger tree, List<DiskOperation> operations)
    {
        if (records.IsEmpty) return;
        byte[] prefixes = new byte[records.Length * ChunkFile.RecordPrefix];
        long from = chunks.Open?.Length ?? 0;
        bool isNew = false;
        for (int i = 0; i < records.Length; i++)
        {
            ReadOnlyMemory<byte> frame = records[i].Frame;
            CheckPlace(frame.Span);
            if (chunks.IsFull)
            {
                Flush(operations, from, isNew);
                BeginChunk(tree);
                from = 0;
                isNew = true;
            }
            Memory<byte> prefix = prefixes.AsMemory(i * ChunkFile.RecordPrefix, ChunkFile.RecordPrefix);
            ChunkFile.WritePrefix(prefix.Span, frame.Span);
            _parts.Add(prefix);
            _parts.Add(frame);
            chunks.AddEntry(prefix.Length + frame.Length, records[i].Leaf);
        }
        Flush(operations, from, isNew);
    }

    /// <summary>Adds the operations that cut the log after this entry; a problem where the host no longer has what says where that is.</summary>
    public LedgerProblem? Truncate(LogIndex after, List<DiskOperation> operations)
    {
        Invariant.Holds(after.Next() >= chunks.First, "the log is cut where these files reach");
        while (chunks.Open is { } chunk && chunk.First > after)
        {
            operations.Add(new DiskOperation.Delete(chunk.File));
            operations.Add(new DiskOperation.SyncDirectory());
            chunks.RemoveChunk();
        }
        if (after >= chunks.Last) return null;
        Chunk open = chunks.Open!;
        if (chunks.CutOpen(after) is { } problem) return problem;
        operations.Add(new DiskOperation.Truncate(open.File, open.Length));
        operations.Add(new DiskOperation.SyncFile(open.File));
        return null;
    }

    private void BeginChunk(MerkleLedger tree)
    {
        var header = new ChunkHeader(chunks.Network, chunks.LastLeaf, tree.FrontierAt(chunks.Last));
        byte[] encoded = header.Encode();
        chunks.AddChunk(header, encoded.Length);
        _parts.Add(encoded);
    }

    private void Flush(List<DiskOperation> operations, long from, bool isNew)
    {
        if (_parts.Count == 0) return;
        string file = chunks.Open!.File;
        operations.Add(new DiskOperation.Write(file, from, _parts.ToArray()));
        operations.Add(new DiskOperation.SyncFile(file));
        if (isNew) operations.Add(new DiskOperation.SyncDirectory());
        _parts.Clear();
    }

    private void CheckPlace(ReadOnlySpan<byte> frame)
    {
        Invariant.Holds(EntryHeader.TryRead(frame, out EntryHeader header) && frame.Length == header.FrameLength, "what is written is an entry");
        Invariant.Holds(header.Index == chunks.Last.Next() && header.Previous == chunks.LastLeaf, "an entry is written behind the one before");
    }
}
