using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// Reads single entries back from chunk files that were checked when the ledger was opened, or that were written since by
/// operations that have been carried out. What
/// the host gives back is compared with the leaf digest; trailers are not covered by it, and are checked by whoever relies on them.
/// </summary>
public sealed class LedgerReader(ILedgerFiles files, LedgerChunks chunks)
{
    /// <summary>The frame at this place; null and a problem where the files do not hold it as it was.</summary>
    public LedgerProblem? TryReadFrame(LogIndex index, out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        if (index < chunks.First || index > chunks.Last)
            return new LedgerProblem(index, LedgerProblemKind.Missing, $"Entry {index} is not in these files.", index);
        int number = chunks.NumberOf(index);
        if (chunks.MapOf(number, out ChunkMap? map) is { } problem) return problem;
        Chunk chunk = chunks.ChunkAt(number);
        int entry = (int)(index.Value - chunk.First.Value);
        long end = entry + 1 < map!.Offsets.Count ? map.Offsets[entry + 1] : chunk.Length;
        byte[] record = GC.AllocateUninitializedArray<byte>((int)(end - map.Offsets[entry]));
        bool isSame = files.Read(chunk.File, map.Offsets[entry], record) == record.Length
            && ChunkFile.TryReadRecord(record, out frame) && frame.Length == record.Length - ChunkFile.RecordPrefix
            && EntryFrame.TryParse(frame, out EntryFrame parsed) && parsed.LeafDigest() == map.Leaves[entry];
        if (isSame) return null;
        frame = default;
        return new LedgerProblem(
            index, LedgerProblemKind.Damaged, $"Entry {index} in {chunk.File} is no longer what it was when it was checked.", index);
    }

    /// <summary>Adds the frames from one place to another, until they have <paramref name="maxBytes"/> together, or one cannot be read.</summary>
    public LedgerProblem? TryReadFrames(LogIndex from, LogIndex to, int maxBytes, List<ReadOnlyMemory<byte>> frames)
    {
        int bytes = 0;
        for (LogIndex index = from; index <= to && bytes < maxBytes; index = index.Next())
        {
            if (TryReadFrame(index, out ReadOnlyMemory<byte> frame) is { } problem) return problem;
            frames.Add(frame);
            bytes += frame.Length;
        }
        return null;
    }

    /// <summary>The leaf digest at this place.</summary>
    public LedgerProblem? TryReadLeaf(LogIndex index, out Hash256 leaf)
    {
        leaf = default;
        if (index < chunks.First || index > chunks.Last)
            return new LedgerProblem(index, LedgerProblemKind.Missing, $"Entry {index} is not in these files.", index);
        int number = chunks.NumberOf(index);
        if (chunks.MapOf(number, out ChunkMap? map) is { } problem) return problem;
        leaf = map!.Leaves[(int)(index.Value - chunks.ChunkAt(number).First.Value)];
        return null;
    }

    /// <summary>
    /// A tree whose tail reaches from the start of the chunk with <paramref name="from"/> to <paramref name="last"/>, for proofs
    /// about these entries; the cost is that of reading what lies between, and not of the whole ledger.
    /// </summary>
    public LedgerProblem? TryReadTree(LogIndex from, LogIndex last, out MerkleLedger? tree)
    {
        tree = null;
        if (from < chunks.First || from > last || last > chunks.Last)
            return new LedgerProblem(from, LedgerProblemKind.Missing, $"Entries {from} to {last} are not in these files.", last);
        Chunk chunk = chunks.ChunkAt(chunks.NumberOf(from));
        byte[] start = new byte[Math.Min(ChunkHeader.MaxSize, chunk.Length)];
        if (files.Read(chunk.File, 0, start) != start.Length || !ChunkHeader.TryRead(start, out ChunkHeader? header, out _)
            || header!.First != chunk.First)
        {
            return new LedgerProblem(chunk.First, LedgerProblemKind.Damaged, $"The header of {chunk.File} is damaged.", chunk.First);
        }
        var read = new MerkleLedger(header.Frontier);
        for (LogIndex index = chunk.First; index <= last; index = index.Next())
        {
            if (TryReadLeaf(index, out Hash256 leaf) is { } problem) return problem;
            read.Append(in leaf);
        }
        tree = read;
        return null;
    }
}
