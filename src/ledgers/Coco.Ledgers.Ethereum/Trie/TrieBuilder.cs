using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// Builds parts of a trie from leaves that are sorted first: each node is made once, next to its neighbours, and hashed while it is
/// still in the processor's cache. One thread; others may build other parts of the same forest. What runs for each leaf is compiled well
/// at once: a node that starts has built its state before the runtime has counted enough calls.
/// </summary>
/// <param name="storageOf">The top of the trie of a storage, clean.</param>
internal sealed class TrieBuilder(TrieForest forest, Func<uint, TrieNode> storageOf)
{
    /// <summary>Nibbles that stand in the first eight bytes of a key.</summary>
    private const int BeginningNibbles = 16;

    private readonly TrieHasher _hasher = new(forest);
    private readonly NodeLane<TrieBranch> _branches = new(forest.Branches);
    private readonly NodeLane<TrieSlot> _slots = new(forest.Slots);
    private readonly NodeLane<TrieAccount> _accounts = new(forest.Accounts);

    /// <summary>First eight bytes of the keys and the leaves' places, in the order of the keys.</summary>
    private ulong[] _beginnings = [];
    private int[] _places = [];

    /// <summary>The part with these leaves, dirty, below a node at whose place <paramref name="above"/> nibbles are used up; none without leaves.</summary>
    public TrieNode Build(TrieKind kind, ReadOnlySpan<byte> leaves, int above)
    {
        int count = Sort(leaves);
        return count == 0 ? TrieNode.None : Build(kind, leaves, 0, count, above);
    }

    /// <summary>Makes parts clean.</summary>
    public void Hash(ReadOnlySpan<TrieNode> tops) => _hasher.HashAll(tops);

    /// <summary>Puts the parts of a trie under one top, dirty: part i has the keys whose first nibbles are i.</summary>
    public TrieNode Join(ReadOnlySpan<TrieNode> parts)
    {
        TrieNode top = Join(parts, 0);
        if (!top.IsNone) Place(top, 0);
        return top;
    }

    /// <summary>Gives back the places for nodes that it did not use.</summary>
    public void End()
    {
        _branches.End();
        _slots.End();
        _accounts.End();
    }

    private TrieNode Join(ReadOnlySpan<TrieNode> parts, int depth)
    {
        if (parts.Length == 1) return parts[0];
        TrieChildren children = default;
        TrieNode last = TrieNode.None;
        int count = 0;
        int width = parts.Length / 16;
        for (int i = 0; i < 16; i++)
        {
            TrieNode child = Join(parts.Slice(i * width, width), depth + 1);
            children[i] = child;
            if (child.IsNone) continue;
            last = child;
            count++;
        }
        return count < 2 ? last : NewBranch(children, depth, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TrieNode Build(TrieKind kind, ReadOnlySpan<byte> leaves, int from, int to, int above)
    {
        if (to - from == 1) return NewLeaf(kind, leaves, _places[from], above);
        int depth = CommonPrefix(leaves, from, to - 1);
        Invariant.Holds(depth < TrieForest.KeyNibbles, "no two leaves have one key");
        TrieChildren children = default;
        while (from < to)
        {
            int nibble = Nibble(leaves, from, depth);
            int end = from + 1;
            while (end < to && Nibble(leaves, end, depth) == nibble) end++;
            children[nibble] = Build(kind, leaves, from, end, depth + 1);
            from = end;
        }
        return NewBranch(children, depth, above);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TrieNode NewBranch(in TrieChildren children, int depth, int above)
    {
        int index = _branches.Add();
        ref TrieBranch branch = ref forest.Branches[index];
        branch.Depth = (byte)depth;
        branch.Children = children;
        branch.Head.Above = (byte)above;
        branch.Head.IsDirty = true;
        foreach (TrieNode child in (ReadOnlySpan<TrieNode>)children)
        {
            if (child.IsNone) continue;
            branch.Head.Key = forest.Head(child).Key;
            Place(child, depth + 1);
        }
        return TrieNode.Of(TrieKind.Branch, index);
    }

    private void Place(TrieNode node, int above)
    {
        ref TrieHead head = ref forest.Head(node);
        if (head.Above == above) return;
        head.Above = (byte)above;
        head.IsDirty = true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TrieNode NewLeaf(TrieKind kind, ReadOnlySpan<byte> leaves, int place, int above)
    {
        ReadOnlySpan<byte> value = LeafBag.ValueAt(leaves, place);
        TrieNode leaf = TrieNode.Of(kind, kind == TrieKind.Slot ? NewSlot(value) : NewAccount(value));
        ref TrieHead head = ref forest.Head(leaf);
        head.Key = new Hash256(LeafBag.KeyAt(leaves, place));
        head.Above = (byte)above;
        head.IsDirty = true;
        return leaf;
    }

    private int NewSlot(ReadOnlySpan<byte> value)
    {
        int index = _slots.Add();
        forest.Slots[index].Value = new UInt256(value);
        return index;
    }

    private int NewAccount(ReadOnlySpan<byte> value)
    {
        Invariant.Holds(AccountRecord.TryRead(value, out AccountRecord record), "an account in the store is well formed");
        int index = _accounts.Add();
        ref TrieAccount account = ref forest.Accounts[index];
        account.Nonce = record.Nonce;
        account.Balance = record.Balance;
        account.CodeHash = record.CodeHash;
        account.StorageName = record.Storage;
        account.Storage = storageOf(record.Storage);
        return index;
    }

    /// <summary>Finds the leaves and sorts them by their keys; returns how many they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Sort(ReadOnlySpan<byte> leaves)
    {
        int count = 0;
        for (int at = 0; at < leaves.Length; at = LeafBag.Next(leaves, at))
        {
            if (count == _places.Length) Grow();
            _beginnings[count] = BinaryPrimitives.ReadUInt64BigEndian(leaves[at..]);
            _places[count++] = at;
        }
        Array.Sort(_beginnings, _places, 0, count);
        for (int i = 1; i < count; i++)
            if (_beginnings[i] == _beginnings[i - 1]) Settle(leaves, i);
        return count;
    }

    /// <summary>Brings a leaf to its place among those before it whose keys begin alike.</summary>
    private void Settle(ReadOnlySpan<byte> leaves, int at)
    {
        for (; at > 0 && _beginnings[at] == _beginnings[at - 1] && KeyOf(leaves, at).SequenceCompareTo(KeyOf(leaves, at - 1)) < 0; at--)
            (_places[at], _places[at - 1]) = (_places[at - 1], _places[at]);
    }

    private void Grow()
    {
        int size = Math.Max(256, _places.Length * 2);
        Array.Resize(ref _beginnings, size);
        Array.Resize(ref _places, size);
    }

    private ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> leaves, int i) => LeafBag.KeyAt(leaves, _places[i]);

    private int Nibble(ReadOnlySpan<byte> leaves, int i, int depth) => depth < BeginningNibbles
        ? (int)(_beginnings[i] >> (60 - (4 * depth))) & 0xF
        : TriePath.Nibble(KeyOf(leaves, i), depth);

    private int CommonPrefix(ReadOnlySpan<byte> leaves, int first, int last)
    {
        ulong difference = _beginnings[first] ^ _beginnings[last];
        return difference != 0 ? BitOperations.LeadingZeroCount(difference) / 4 : TriePath.CommonPrefix(KeyOf(leaves, first), KeyOf(leaves, last));
    }
}
