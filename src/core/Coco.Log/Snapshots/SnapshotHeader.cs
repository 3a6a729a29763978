using System.Buffers.Binary;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>The clear start of a snapshot file: what stands beside the state that the body holds (docs/formats/snapshot-file.md).</summary>
public sealed record SnapshotHeader
{
    public required Hash256 Network { get; init; }

    /// <summary>The last entry that the snapshot contains.</summary>
    public required LogIndex Index { get; init; }

    /// <summary>That entry's term.</summary>
    public required Term Term { get; init; }

    /// <summary>That entry's leaf digest, on which the next follows.</summary>
    public required Hash256 Leaf { get; init; }

    public required BatchNumber Batch { get; init; }
    public required GovernanceVersion GovernanceVersion { get; init; }

    /// <summary>The Merkle frontier over all entries up to <see cref="Index"/>.</summary>
    public required MerkleFrontier Frontier { get; init; }

    /// <summary>Who takes part as of <see cref="Index"/>, as consensus writes it.</summary>
    public required ReadOnlyMemory<byte> Configuration { get; init; }

    /// <summary>The state of the administrative ledger, all of it public.</summary>
    public required ReadOnlyMemory<byte> Governance { get; init; }

    internal void Write(ByteWriter writer)
    {
        Invariant.Holds(Frontier.Last == Index, "the frontier is that of the snapshot's index");
        Invariant.Holds(
            Configuration.Length <= Limits.MaxSnapshotHeaderPart && Governance.Length <= Limits.MaxSnapshotHeaderPart,
            "a snapshot's header is within the limits");
        writer.WriteHash(Network);
        writer.WriteUInt64(Term.Value);
        writer.WriteHash(Leaf);
        writer.WriteUInt64(Batch.Value);
        writer.WriteUInt64(GovernanceVersion.Value);
        Frontier.Write(writer);
        writer.WriteBytes(Configuration.Span);
        writer.WriteBytes(Governance.Span);
    }

    internal static bool TryRead(ReadOnlySpan<byte> bytes, out SnapshotHeader? header)
    {
        header = null;
        var reader = new SpanReader(bytes);
        if (!reader.TryReadHash(out Hash256 network) || !reader.TryReadUInt64(out ulong term) || !reader.TryReadHash(out Hash256 leaf)
            || !reader.TryReadUInt64(out ulong batch) || !reader.TryReadUInt64(out ulong version)
            || !MerkleFrontier.TryRead(ref reader, out MerkleFrontier frontier)
            || !reader.TryReadBytes(Limits.MaxSnapshotHeaderPart, out ReadOnlySpan<byte> configuration)
            || !reader.TryReadBytes(Limits.MaxSnapshotHeaderPart, out ReadOnlySpan<byte> governance) || !reader.IsAtEnd) return false;
        header = new SnapshotHeader
        {
            Network = network,
            Index = frontier.Last,
            Term = new Term(term),
            Leaf = leaf,
            Batch = new BatchNumber(batch),
            GovernanceVersion = new GovernanceVersion(version),
            Frontier = frontier,
            Configuration = configuration.ToArray(),
            Governance = governance.ToArray(),
        };
        return true;
    }
}

/// <summary>What the parts of a snapshot file look like.</summary>
internal static class SnapshotFormat
{
    /// <summary>"COCS".</summary>
    public const uint Magic = 0x53434F43;
    public const uint Version = 1;

    /// <summary>Magic, version, salt, length of the header.</summary>
    public const int PrefixSize = (3 * sizeof(uint)) + EntrySalt.Size;
    public const int MaxHeader = (2 * Limits.MaxSnapshotHeaderPart) + ChunkHeader.MaxSize;

    /// <summary>In front of each block: its length in clear; the highest bit is set on the last block.</summary>
    public const int BlockPrefix = sizeof(uint);
    public const uint LastBlock = 1u << 31;

    /// <summary>The digest of the file's start and the block's prefix: a block can't move, nor the last one become another.</summary>
    public const int AssociatedSize = Hash256.Size + BlockPrefix;

    /// <summary>In front of what is digested, so that the digest means nothing else.</summary>
    private static ReadOnlySpan<byte> DigestLabel => "coco snapshot v1"u8;

    private const int DigestLabelSize = 16;

    /// <summary>What the log names a snapshot by. Header and state are hashed by themselves, so that the header can be checked without the state.</summary>
    public static Hash256 DigestOf(in Hash256 header, in Hash256 state)
    {
        Span<byte> both = stackalloc byte[DigestLabelSize + (2 * Hash256.Size)];
        DigestLabel.CopyTo(both);
        header.CopyTo(both[DigestLabelSize..]);
        state.CopyTo(both[(DigestLabelSize + Hash256.Size)..]);
        return Sha256.Hash(both);
    }

    public static void WriteAssociated(in Hash256 start, uint prefix, Span<byte> associated)
    {
        start.CopyTo(associated);
        BinaryPrimitives.WriteUInt32LittleEndian(associated[Hash256.Size..], prefix);
    }

    public static SecretKey Key(SecretKey sessionKey, EntrySalt salt, LogIndex index)
    {
        Span<byte> material = stackalloc byte[EntrySalt.Size + sizeof(ulong)];
        salt.Write(material);
        BinaryPrimitives.WriteUInt64LittleEndian(material[EntrySalt.Size..], index.Value);
        return Hkdf.Derive(sessionKey, material, "coco snapshot");
    }
}
