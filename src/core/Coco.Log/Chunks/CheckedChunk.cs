using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// A chunk file that was checked back from what is known at its last entry: leaf and Merkle root there cover all that it holds
/// but the trailers, whose roots are compared and whose signatures an audit checks.
/// </summary>
public sealed class CheckedChunk
{
    private CheckedChunk(ChunkHeader header, ReadOnlyMemory<byte> bytes)
    {
        Header = header;
        Bytes = bytes;
        Map = new ChunkMap(header.First);
    }

    public ChunkHeader Header { get; }

    /// <summary>The file, up to and with the last entry.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    public LogIndex First => Header.First;

    public LogIndex Last { get; private set; }

    /// <summary>The tree up to the last entry.</summary>
    public MerkleFrontier Frontier { get; private set; } = MerkleFrontier.Empty;

    internal ChunkMap Map { get; }

    /// <summary>The name of the file.</summary>
    public string File => ChunkFile.Name(First);

    /// <summary>
    /// Takes the start of a file up to the entry <paramref name="last"/>; null where it is not what stood in this place of the
    /// log. The memory is kept.
    /// </summary>
    public static CheckedChunk? TryRead(ReadOnlyMemory<byte> bytes, in ChunkEnd end)
    {
        if (!ChunkHeader.TryRead(bytes.Span, out ChunkHeader? header, out int offset)
            || header!.Network != end.Network || header.First > end.Last) return null;
        var chunk = new CheckedChunk(header, bytes);
        var tree = new MerkleLedger(header.Frontier);
        Hash256 leaf = header.Previous;
        for (LogIndex index = header.First; index <= end.Last; index = index.Next())
        {
            if (!ChunkFile.TryReadRecord(bytes[offset..], out ReadOnlyMemory<byte> frame)
                || !EntryFrame.TryParse(frame, out EntryFrame entry) || entry.Header.Index != index || entry.Header.Previous != leaf) return null;
            leaf = entry.LeafDigest();
            tree.Append(in leaf);
            if (entry.Root != tree.Root) return null;
            chunk.Map.Add(offset, in leaf);
            offset += ChunkFile.RecordPrefix + frame.Length;
        }
        if (leaf != end.Leaf || tree.Root != end.Root) return null;
        chunk.Bytes = bytes[..offset];
        chunk.Last = end.Last;
        chunk.Frontier = tree.FrontierAt(end.Last);
        return chunk;
    }
}

/// <summary>Where a chunk must end: what is known of the log at its last entry.</summary>
public readonly record struct ChunkEnd(Hash256 Network, LogIndex Last, Hash256 Leaf, Hash256 Root);
