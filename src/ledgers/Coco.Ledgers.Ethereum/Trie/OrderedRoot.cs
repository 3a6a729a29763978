using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// The root of the trie from RLP-encoded positions to items: transactions, receipts and withdrawals of a block. The keys are
/// known at once and in order, so nodes are made from below without a trie in memory.
/// </summary>
public sealed class OrderedRoot
{
    private const int MaxKey = 5;

    private readonly ByteWriter _items = new(4096);
    private readonly List<int> _ends = [];
    private readonly ByteWriter _node = new(1024);
    private readonly ByteWriter _leaves = new(4096);
    private readonly List<int> _leafEnds = [];
    private Hash256[] _leafHashes = [];
    private byte[] _keys = [];
    private int[] _order = [];

    public int Count => _ends.Count;

    public void Clear()
    {
        _items.Clear();
        _ends.Clear();
    }

    /// <summary>Appends an item; it is what the writer got.</summary>
    public void Add(ReadOnlySpan<byte> item)
    {
        _items.WriteFixed(item);
        _ends.Add(_items.Length);
    }

    public Hash256 Root()
    {
        if (Count == 0) return NodeReference.EmptyRoot;
        SortKeys();
        HashLeaves();
        if (Count == 1) return _leafHashes[0];
        _node.Clear();
        WriteNode(0, Count, 0);
        return Keccak256.Hash(_node.Span);
    }

    public static Hash256 Of(IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        var root = new OrderedRoot();
        for (int i = 0; i < items.Count; i++) root.Add(items[i].Span);
        return root.Root();
    }

    /// <summary>Keys in the order of their bytes: 1 to 127, then 0 (0x80), then 128 and so on.</summary>
    private void SortKeys()
    {
        if (_order.Length < Count)
        {
            _order = new int[Count];
            _keys = new byte[Count * MaxKey];
        }
        int at = 0;
        for (int i = 1; i < Count && i < 128; i++) _order[at++] = i;
        _order[at++] = 0;
        for (int i = 128; i < Count; i++) _order[at++] = i;
        for (int i = 0; i < Count; i++) WriteKey(_order[i], _keys.AsSpan(i * MaxKey, MaxKey));
    }

    /// <summary>The key padded with zeros; no key is the beginning of another, so padding changes no order.</summary>
    private static void WriteKey(int position, Span<byte> key)
    {
        key.Clear();
        if (position == 0) key[0] = 0x80;
        else if (position < 128) key[0] = (byte)position;
        else
        {
            Span<byte> big = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(big, (uint)position);
            ReadOnlySpan<byte> digits = big.TrimStart((byte)0);
            key[0] = (byte)(0x80 + digits.Length);
            digits.CopyTo(key[1..]);
        }
    }

    private ReadOnlySpan<byte> Key(int i)
    {
        ReadOnlySpan<byte> key = _keys.AsSpan(i * MaxKey, MaxKey);
        return key[..(key[0] <= 0x80 ? 1 : 1 + key[0] - 0x80)];
    }

    private ReadOnlySpan<byte> Item(int i)
    {
        int position = _order[i];
        return _items.Span[(position == 0 ? 0 : _ends[position - 1]).._ends[position]];
    }

    /// <summary>All leaves, which hold nearly all bytes, are hashed together.</summary>
    private void HashLeaves()
    {
        _leaves.Clear();
        _leafEnds.Clear();
        WriteLeaves(0, Count, 0);
        if (_leafHashes.Length < Count) _leafHashes = new Hash256[Count];
        Keccak256.HashMany(_leaves.Span, CollectionsMarshal.AsSpan(_leafEnds), _leafHashes);
    }

    /// <summary>Those of the sorted keys [from, to), which agree in <paramref name="depth"/> nibbles.</summary>
    private void WriteLeaves(int from, int to, int depth)
    {
        if (to - from == 1)
        {
            WriteLeaf(from, depth);
            return;
        }
        int branch = TriePath.CommonPrefix(Key(from), Key(to - 1));
        for (int end; from < to; from = end)
        {
            end = EndOf(from, to, branch);
            WriteLeaves(from, end, branch + 1);
        }
    }

    /// <summary>Where the keys end that have the same nibble at <paramref name="depth"/> as the first one.</summary>
    private int EndOf(int from, int to, int depth)
    {
        int nibble = TriePath.Nibble(Key(from), depth), end = from + 1;
        while (end < to && TriePath.Nibble(Key(end), depth) == nibble) end++;
        return end;
    }

    /// <summary>Appends the node over the sorted keys [from, to), at least two, that agree in <paramref name="depth"/> nibbles.</summary>
    private void WriteNode(int from, int to, int depth)
    {
        int same = TriePath.CommonPrefix(Key(from), Key(to - 1));
        if (same == depth)
        {
            WriteBranch(from, to, depth);
            return;
        }
        int start = _node.Length;
        WriteBranch(from, to, same);
        NodeReference child = TakeReference(start);
        Span<byte> path = stackalloc byte[MaxKey + 1];
        int length = TriePath.WriteHexPrefix(path, Key(from), depth, same, isLeaf: false);
        int list = _node.BeginList();
        _node.RlpBytes(path[..length]);
        child.Write(_node.Take(child.Length));
        _node.EndList(list);
    }

    private void WriteBranch(int from, int to, int depth)
    {
        Span<NodeReference> children = stackalloc NodeReference[16];
        Span<bool> has = stackalloc bool[16];
        while (from < to)
        {
            int nibble = TriePath.Nibble(Key(from), depth), end = EndOf(from, to, depth);
            children[nibble] = end - from == 1 ? LeafReference(from) : InnerReference(from, end, depth + 1);
            has[nibble] = true;
            from = end;
        }
        int list = _node.BeginList();
        for (int i = 0; i < 16; i++)
        {
            if (has[i]) children[i].Write(_node.Take(children[i].Length));
            else _node.RlpBytes(default);
        }
        _node.RlpBytes(default);
        _node.EndList(list);
    }

    private NodeReference InnerReference(int from, int to, int depth)
    {
        int start = _node.Length;
        WriteNode(from, to, depth);
        return TakeReference(start);
    }

    private NodeReference LeafReference(int i)
    {
        ReadOnlySpan<byte> leaf = _leaves.Span[(i == 0 ? 0 : _leafEnds[i - 1]).._leafEnds[i]];
        return leaf.Length < Hash256.Size ? NodeReference.Inline(leaf) : NodeReference.Of(_leafHashes[i]);
    }

    private NodeReference TakeReference(int start)
    {
        NodeReference reference = NodeReference.OfNode(_node.Span[start..]);
        _node.Truncate(start);
        return reference;
    }

    private void WriteLeaf(int i, int depth)
    {
        ReadOnlySpan<byte> key = Key(i);
        Span<byte> path = stackalloc byte[MaxKey + 1];
        int length = TriePath.WriteHexPrefix(path, key, depth, key.Length * 2, isLeaf: true);
        int list = _leaves.BeginList();
        _leaves.RlpBytes(path[..length]);
        _leaves.RlpBytes(Item(i));
        _leaves.EndList(list);
        _leafEnds.Add(_leaves.Length);
    }
}
