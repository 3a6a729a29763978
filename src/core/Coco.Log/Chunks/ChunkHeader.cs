using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// The start of a chunk file: whose ledger it is and all that is needed to go on from the chunk before, so that a chunk can be
/// checked without the earlier ones. Depends on the entries alone.
/// </summary>
/// <param name="Network">The network's id.</param>
/// <param name="Previous">The leaf digest of the entry before the first.</param>
/// <param name="Frontier">The Merkle frontier over the entries before the first.</param>
public sealed record ChunkHeader(Hash256 Network, Hash256 Previous, MerkleFrontier Frontier)
{
    /// <summary>"COCL".</summary>
    private const uint Magic = 0x4C434F43;
    private const uint Version = 1;

    /// <summary>The longest header: 64 nodes in the frontier.</summary>
    public const int MaxSize = (3 * sizeof(uint)) + sizeof(ulong) + ((2 + MerkleProof.MaxPath) * Hash256.Size);

    public LogIndex First => Frontier.Last.Next();

    public byte[] Encode()
    {
        var writer = new ByteWriter(MaxSize);
        writer.WriteUInt32(Magic);
        writer.WriteUInt32(Version);
        writer.WriteHash(Network);
        writer.WriteHash(Previous);
        Frontier.Write(writer);
        writer.WriteUInt32(ChunkFile.Checksum(0, writer.Span));
        return writer.ToArray();
    }

    /// <summary>Reads the start of a file; <paramref name="length"/> is where the records begin.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ChunkHeader? header, out int length)
    {
        header = null;
        length = 0;
        var reader = new SpanReader(bytes);
        if (!reader.TryReadUInt32(out uint magic) || magic != Magic || !reader.TryReadUInt32(out uint version) || version != Version
            || !reader.TryReadHash(out Hash256 network) || !reader.TryReadHash(out Hash256 previous)
            || !MerkleFrontier.TryRead(ref reader, out MerkleFrontier frontier)) return false;
        int covered = bytes.Length - reader.Remaining;
        if (!reader.TryReadUInt32(out uint checksum) || checksum != ChunkFile.Checksum(0, bytes[..covered])
            || frontier.Size == ulong.MaxValue) return false;
        header = new ChunkHeader(network, previous, frontier);
        length = covered + sizeof(uint);
        return true;
    }
}
