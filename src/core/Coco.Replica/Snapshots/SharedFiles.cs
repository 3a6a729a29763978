using Coco.Log;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>Reads from this VN's files for others, and for its own log's beginning; touches nothing of the sequencer, so any thread may.</summary>
public static class SharedFiles
{
    /// <summary>The pieces that one question is answered with; one of no length where the file is no longer what it was.</summary>
    public static IEnumerable<FilePiece> Read(ILedgerFiles files, ReadFileEffect wanted, int pieceBytes)
    {
        long offset = wanted.Offset;
        for (int i = 0; i < Limits.PiecesAtOnce && offset < wanted.Total; i++)
        {
            byte[] bytes = new byte[Math.Min(pieceBytes, wanted.Total - offset)];
            bool isRead = files.Read(wanted.File, offset, bytes) == bytes.Length;
            yield return new FilePiece(
                wanted.Kind, wanted.Index, (ulong)offset, isRead ? (ulong)wanted.Total : 0, isRead ? bytes : ReadOnlyMemory<byte>.Empty);
            if (!isRead) yield break;
            offset += bytes.Length;
        }
    }

    /// <summary>Looks for the chunk that ends there, by its name, and checks what it holds. One that can't be read is not there.</summary>
    public static ChunkFoundInput FindChunk(ILedgerFiles files, ChunkEnd end)
    {
        try
        {
            return Find(files, end);
        }
        catch (IOException)
        {
            return new ChunkFoundInput(end, null, []);
        }
    }

    private static ChunkFoundInput Find(ILedgerFiles files, ChunkEnd end)
    {
        List<LogIndex> present = [.. files.List()
            .Select(file => ChunkFile.TryParseName(file, out LogIndex first) ? first : LogIndex.Zero)
            .Where(first => first > LogIndex.Zero && first <= end.Last).OrderDescending()];
        if (present.Count == 0) return new ChunkFoundInput(end, null, present);
        string file = ChunkFile.Name(present[0]);
        long length = files.Length(file);
        if (length > Log.Limits.MaxChunkFile) return new ChunkFoundInput(end, null, present);
        byte[] bytes = new byte[length];
        CheckedChunk? chunk = files.Read(file, 0, bytes) == bytes.Length ? CheckedChunk.TryRead(bytes, in end) : null;
        // More than the entries up to there, and it is not the file that other VNs have.
        if (chunk is not null && (chunk.First != present[0] || chunk.Bytes.Length != length)) chunk = null;
        return new ChunkFoundInput(end, chunk, present);
    }
}
