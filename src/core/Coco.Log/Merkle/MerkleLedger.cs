using System.Numerics;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// The append-only Merkle tree over all entries (RFC 9162 2.1), leaf i - 1 for index i. Of the committed part it keeps the
/// frontier; of the tail, every complete subtree that an append made, so that roots, proofs and frontiers of any size in the tail
/// can be given and the tail can be cut off.
/// </summary>
public sealed class MerkleLedger
{
    /// <summary>At level l, the complete subtrees of 2^l leaves, from number <see cref="_kept"/>[l] on.</summary>
    private readonly List<Hash256>[] _levels = new List<Hash256>[64];
    private readonly ulong[] _kept = new ulong[64];
    private ulong _size;
    private ulong _committed;

    public MerkleLedger() : this(MerkleFrontier.Empty)
    {
    }

    public MerkleLedger(MerkleFrontier frontier)
    {
        _size = _committed = frontier.Size;
        int node = frontier.Nodes.Length;
        for (int level = 0; level < _levels.Length; level++)
        {
            _levels[level] = [];
            _kept[level] = (_size >> level) & ~1UL;
            if (((_size >> level) & 1) == 1) _levels[level].Add(frontier.Nodes[--node]);
        }
    }

    public LogIndex Last => new(_size);

    /// <summary>Nothing before this can be asked for or cut off.</summary>
    public LogIndex Committed => new(_committed);

    public Hash256 Root => RootAt(Last);

    public void Append(in Hash256 leaf)
    {
        Hash256 node = leaf;
        ulong position = _size++;
        int level = 0;
        _levels[0].Add(node);
        for (; (position & 1) == 1; position >>= 1)
        {
            node = MerkleHash.Node(NodeAt(level, position - 1), in node);
            _levels[++level].Add(node);
        }
    }

    /// <summary>The root when <paramref name="last"/> was the last entry.</summary>
    public Hash256 RootAt(LogIndex last)
    {
        Check(last);
        return last.Value == 0 ? MerkleHash.Empty : PartialRoot(last.Value, _levels.Length);
    }

    /// <summary>A leaf from <see cref="Committed"/> on; that one itself not in a tree that began with an even frontier there.</summary>
    public Hash256 LeafAt(LogIndex index)
    {
        Check(index);
        Invariant.Holds(index.Value > _kept[0], "only leaves of the tail are kept");
        return NodeAt(0, index.Value - 1);
    }

    /// <summary>Forgets what stands after <paramref name="last"/>, which is in the tail.</summary>
    public void TruncateTo(LogIndex last)
    {
        Check(last);
        for (int level = 0; level < _levels.Length; level++)
        {
            int keep = (int)((last.Value >> level) - _kept[level]);
            _levels[level].RemoveRange(keep, _levels[level].Count - keep);
        }
        _size = last.Value;
    }

    /// <summary>The entries up to here are for ever: forgets all but their frontier and the leaf at <paramref name="index"/>.</summary>
    public void Commit(LogIndex index)
    {
        Check(index);
        for (int level = 0; level < _levels.Length; level++)
        {
            // The next entry names the last leaf, which is not part of the frontier where the size is even.
            ulong size = level == 0 && index.Value > 0 ? index.Value - 1 : index.Value;
            ulong keepFrom = Math.Max((size >> level) & ~1UL, _kept[level]);
            _levels[level].RemoveRange(0, (int)(keepFrom - _kept[level]));
            _kept[level] = keepFrom;
        }
        _committed = index.Value;
    }

    public MerkleFrontier FrontierAt(LogIndex last)
    {
        Check(last);
        var nodes = new List<Hash256>();
        for (int level = _levels.Length - 1; level >= 0; level--)
            if (((last.Value >> level) & 1) == 1) nodes.Add(NodeAt(level, (last.Value >> level) - 1));
        return new MerkleFrontier(last.Value, [.. nodes]);
    }

    /// <summary>The path from the leaf at <paramref name="index"/>, which is in the tail, to the root at <paramref name="last"/> (RFC 9162 2.1.3.1).</summary>
    public Hash256[] InclusionPath(LogIndex index, LogIndex last)
    {
        Check(last);
        Invariant.Holds(index.Value > _committed && index <= last, "the leaf is in the tail");
        var path = new List<Hash256>();
        ulong node = index.Value - 1;
        for (int level = 0; level < _levels.Length && (last.Value - 1) >> level != 0; level++, node >>= 1)
        {
            if ((node & 1) == 1) path.Add(NodeAt(level, node - 1));
            else if (node + 1 <= (last.Value - 1) >> level) path.Add(SubtreeRoot(level, node + 1, last.Value));
        }
        return [.. path];
    }

    /// <summary>The proof that the tree at <paramref name="last"/> goes on from the one at <paramref name="first"/> (RFC 9162 2.1.4.1).</summary>
    public Hash256[] ConsistencyPath(LogIndex first, LogIndex last)
    {
        Check(first);
        Check(last);
        Invariant.Holds(first.Value > 0 && first <= last, "consistency is from a tree with leaves to the same or a later one");
        var path = new List<Hash256>();
        AddConsistency(path, first.Value, 0, last.Value, isWhole: true);
        return [.. path];
    }

    private void AddConsistency(List<Hash256> path, ulong first, ulong from, ulong to, bool isWhole)
    {
        ulong count = to - from;
        if (first == count)
        {
            if (!isWhole) path.Add(RangeRoot(from, to));
            return;
        }
        ulong split = 1UL << BitOperations.Log2(count - 1);
        if (first <= split)
        {
            AddConsistency(path, first, from, from + split, isWhole);
            path.Add(RangeRoot(from + split, to));
            return;
        }
        AddConsistency(path, first - split, from + split, to, isWhole: false);
        path.Add(RangeRoot(from, from + split));
    }

    /// <summary>The root over leaves from a multiple of the next power of two.</summary>
    private Hash256 RangeRoot(ulong from, ulong to)
    {
        int level = to - from == 1 ? 0 : BitOperations.Log2(to - from - 1) + 1;
        return SubtreeRoot(level, from >> level, to);
    }

    /// <summary>The root of the subtree with this number at this level, as far as a tree of <paramref name="size"/> leaves fills it.</summary>
    private Hash256 SubtreeRoot(int level, ulong number, ulong size) =>
        number < size >> level ? NodeAt(level, number) : PartialRoot(size, level);

    /// <summary>Joins the complete subtrees below <paramref name="level"/> at the right edge of a tree of <paramref name="size"/> leaves.</summary>
    private Hash256 PartialRoot(ulong size, int level)
    {
        int lowest = BitOperations.TrailingZeroCount(size);
        Hash256 root = NodeAt(lowest, (size >> lowest) - 1);
        for (int l = lowest + 1; l < level; l++)
            if (((size >> l) & 1) == 1) root = MerkleHash.Node(NodeAt(l, (size >> l) - 1), in root);
        return root;
    }

    private Hash256 NodeAt(int level, ulong number) => _levels[level][(int)(number - _kept[level])];

    private void Check(LogIndex index) =>
        Invariant.Holds(index.Value >= _committed && index.Value <= _size, "the place is in the tail of the tree");
}
