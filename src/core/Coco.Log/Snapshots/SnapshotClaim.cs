using Coco.Primitives;

namespace Coco.Log;

/// <summary>The public part of a snapshot digest entry: the state after <paramref name="Index"/> has this digest (STO-4).</summary>
public readonly record struct SnapshotClaim(LogIndex Index, Hash256 Digest)
{
    public const int Size = sizeof(ulong) + Hash256.Size;

    public void Write(ByteWriter writer)
    {
        writer.WriteUInt64(Index.Value);
        writer.WriteHash(Digest);
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, out SnapshotClaim claim)
    {
        claim = default;
        var reader = new SpanReader(bytes);
        if (!reader.TryReadUInt64(out ulong index) || !reader.TryReadHash(out Hash256 digest) || !reader.IsAtEnd) return false;
        claim = new SnapshotClaim(new LogIndex(index), digest);
        return true;
    }
}
