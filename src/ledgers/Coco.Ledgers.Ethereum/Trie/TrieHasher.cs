using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Hashes what is dirty, level by level from below, so that nodes of one level are hashed together.</summary>
public sealed class TrieHasher
{
    /// <summary>Nodes encoded before they are hashed: keeps the buffer small.</summary>
    private const int Group = 256;

    /// <summary>Room for nodes of a level that is kept; a whole state needs more, once.</summary>
    private const int KeptNodes = 1 << 16;

    private readonly TrieForest _forest;
    private readonly TrieEncoder _encoder;
    private readonly List<TrieNode>[] _storageLevels = NewLevels();
    private readonly List<TrieNode>[] _accountLevels = NewLevels();
    private readonly ByteWriter _buffer = new(Group * 256);
    private readonly int[] _ends = new int[Group];
    private readonly TrieNode[] _nodes = new TrieNode[Group];
    private readonly Hash256[] _hashes = new Hash256[Group];
    private int _count;

    public TrieHasher(TrieForest forest)
    {
        _forest = forest;
        _encoder = new TrieEncoder(forest);
    }

    /// <summary>Makes the trie of accounts below <paramref name="root"/>, and their storage, clean; returns its hash.</summary>
    public Hash256 Hash(TrieNode root)
    {
        if (root.IsNone) return NodeReference.EmptyRoot;
        HashAll([root]);
        return _forest.Head(root).Reference.RootHash();
    }

    /// <summary>Makes several tries, or parts of one, clean together.</summary>
    public void HashAll(ReadOnlySpan<TrieNode> tops)
    {
        foreach (TrieNode top in tops)
            if (!top.IsNone) Collect(top, _accountLevels, 0);
        HashLevels(_storageLevels);
        HashLevels(_accountLevels);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Collect(TrieNode node, List<TrieNode>[] levels, int level)
    {
        ref TrieHead head = ref _forest.Head(node);
        if (!head.IsDirty) return;
        head.IsDirty = false;
        levels[level].Add(node);
        if (node.Kind == TrieKind.Branch)
        {
            foreach (TrieNode child in (ReadOnlySpan<TrieNode>)_forest.Branches[node.Index].Children)
                if (!child.IsNone) Collect(child, levels, level + 1);
        }
        else if (node.Kind == TrieKind.Account && !_forest.Accounts[node.Index].Storage.IsNone)
            Collect(_forest.Accounts[node.Index].Storage, _storageLevels, 0);
    }

    private void HashLevels(List<TrieNode>[] levels)
    {
        for (int level = levels.Length - 1; level >= 0; level--)
        {
            List<TrieNode> nodes = levels[level];
            if (nodes.Count == 0) continue;
            HashLevel(CollectionsMarshal.AsSpan(nodes));
            nodes.Clear();
            if (nodes.Capacity > KeptNodes) nodes.Capacity = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void HashLevel(ReadOnlySpan<TrieNode> nodes)
    {
        foreach (TrieNode node in nodes)
        {
            _encoder.Write(node, _buffer);
            Encoded(node);
        }
        Flush();
        foreach (TrieNode node in nodes)
        {
            if (node.Kind != TrieKind.Branch) continue;
            ref TrieBranch branch = ref _forest.Branches[node.Index];
            if (branch.Depth == branch.Head.Above) continue;
            TrieEncoder.WriteExtension(branch, branch.Head.Reference, _buffer);
            Encoded(node);
        }
        Flush();
    }

    /// <summary>The bytes since the end before are a node: short ones stand for themselves, others wait to be hashed together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Encoded(TrieNode node)
    {
        int start = _count == 0 ? 0 : _ends[_count - 1];
        int length = _buffer.Length - start;
        if (length < Hash256.Size)
        {
            _forest.Head(node).Reference = NodeReference.Inline(_buffer.Span[start..]);
            _buffer.Truncate(start);
            return;
        }
        _nodes[_count] = node;
        _ends[_count++] = _buffer.Length;
        if (_count == Group) Flush();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Flush()
    {
        Keccak256.HashMany(_buffer.Span, _ends.AsSpan(0, _count), _hashes);
        for (int i = 0; i < _count; i++) _forest.Head(_nodes[i]).Reference = NodeReference.Of(_hashes[i]);
        _count = 0;
        _buffer.Clear();
    }

    private static List<TrieNode>[] NewLevels()
    {
        var levels = new List<TrieNode>[TrieForest.KeyNibbles + 1];
        for (int i = 0; i < levels.Length; i++) levels[i] = [];
        return levels;
    }
}
