using System.Collections.Immutable;
using System.Numerics;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// All that is needed to go on with a tree: the roots of its complete subtrees, one for each bit that is set in
/// <see cref="Size"/>, the largest first.
/// </summary>
public sealed record MerkleFrontier
{
    public static MerkleFrontier Empty { get; } = new(0, []);

    public MerkleFrontier(ulong size, ImmutableArray<Hash256> nodes)
    {
        Invariant.Holds(nodes.Length == BitOperations.PopCount(size), "a frontier has one node for each bit of its size");
        Size = size;
        Nodes = nodes;
    }

    /// <summary>How many leaves.</summary>
    public ulong Size { get; }

    public ImmutableArray<Hash256> Nodes { get; }

    /// <summary>The index of the last leaf.</summary>
    public LogIndex Last => new(Size);

    public Hash256 Root()
    {
        if (Size == 0) return MerkleHash.Empty;
        Hash256 root = Nodes[^1];
        for (int i = Nodes.Length - 2; i >= 0; i--) root = MerkleHash.Node(Nodes[i], in root);
        return root;
    }

    public void Write(ByteWriter writer)
    {
        writer.WriteUInt64(Size);
        foreach (Hash256 node in Nodes) writer.WriteHash(in node);
    }

    public static bool TryRead(ref SpanReader reader, out MerkleFrontier frontier)
    {
        frontier = Empty;
        if (!reader.TryReadUInt64(out ulong size)) return false;
        var nodes = new Hash256[BitOperations.PopCount(size)];
        for (int i = 0; i < nodes.Length; i++)
            if (!reader.TryReadHash(out nodes[i])) return false;
        frontier = new MerkleFrontier(size, [.. nodes]);
        return true;
    }

    public bool Equals(MerkleFrontier? other) =>
        other is not null && Size == other.Size && Nodes.AsSpan().SequenceEqual(other.Nodes.AsSpan());

    public override int GetHashCode() => Size.GetHashCode();
}
