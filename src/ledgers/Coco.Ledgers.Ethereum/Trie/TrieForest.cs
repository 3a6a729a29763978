using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// Nodes of the account trie and of all storage tries, in slabs. Keys are 32-byte hashes, so no key is the beginning of another
/// and no branch has a value. What changes is marked dirty up to its root; <see cref="TrieHasher"/> makes it clean.
/// </summary>
public sealed class TrieForest
{
    public const int KeyNibbles = Hash256.Size * 2;

    public NodeSlab<TrieBranch> Branches { get; } = new();
    public NodeSlab<TrieSlot> Slots { get; } = new();
    public NodeSlab<TrieAccount> Accounts { get; } = new();

    /// <summary>The part that all kinds have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref TrieHead Head(TrieNode node)
    {
        switch (node.Kind)
        {
            case TrieKind.Branch: return ref Branches[node.Index].Head;
            case TrieKind.Slot: return ref Slots[node.Index].Head;
            default: return ref Accounts[node.Index].Head;
        }
    }

    /// <summary>The leaf with this key, or none.</summary>
    public TrieNode Find(TrieNode root, in Hash256 key)
    {
        TrieNode node = root;
        while (node.Kind == TrieKind.Branch)
        {
            ref TrieBranch branch = ref Branches[node.Index];
            node = branch.Children[TriePath.Nibble(key.Span, branch.Depth)];
        }
        return !node.IsNone && Head(node).Key == key ? node : TrieNode.None;
    }

    /// <summary>The leaf with this key, made if there is none; it and all above it are dirty then.</summary>
    public TrieNode FindOrAdd(ref TrieNode root, in Hash256 key, TrieKind kind)
    {
        ref TrieNode link = ref root;
        int above = 0;
        while (!link.IsNone)
        {
            ref TrieHead head = ref Head(link);
            int same = TriePath.CommonPrefix(head.Key.Span, key.Span);
            if (link.Kind != TrieKind.Branch)
            {
                if (same < KeyNibbles) return Split(ref link, same, above, key, kind);
                head.IsDirty = true;
                return link;
            }
            ref TrieBranch branch = ref Branches[link.Index];
            if (same < branch.Depth) return Split(ref link, same, above, key, kind);
            head.IsDirty = true;
            above = branch.Depth + 1;
            link = ref branch.Children[TriePath.Nibble(key.Span, branch.Depth)];
        }
        return link = NewLeaf(key, kind, above);
    }

    /// <summary>Removes the leaf with this key; false if there is none, and then nothing is dirty.</summary>
    public bool Remove(ref TrieNode root, in Hash256 key)
    {
        TrieNode leaf = Find(root, key);
        if (leaf.IsNone) return false;
        ref TrieNode link = ref root;
        ref TrieNode before = ref root;
        while (link.Kind == TrieKind.Branch)
        {
            ref TrieBranch branch = ref Branches[link.Index];
            branch.Head.IsDirty = true;
            before = ref link;
            link = ref branch.Children[TriePath.Nibble(key.Span, branch.Depth)];
        }
        Free(leaf);
        link = TrieNode.None;
        if (before.Kind == TrieKind.Branch) Collapse(ref before);
        return true;
    }

    /// <summary>Frees a whole storage trie, telling <paramref name="onSlot"/> what it held.</summary>
    public void RemoveAll(ref TrieNode root, Action<Hash256, UInt256>? onSlot)
    {
        if (root.Kind == TrieKind.Slot) onSlot?.Invoke(Slots[root.Index].Head.Key, Slots[root.Index].Value);
        if (root.Kind == TrieKind.Branch)
            foreach (ref TrieNode child in (Span<TrieNode>)Branches[root.Index].Children)
                if (!child.IsNone) RemoveAll(ref child, onSlot);
        if (!root.IsNone) Free(root);
        root = TrieNode.None;
    }

    private TrieNode NewLeaf(in Hash256 key, TrieKind kind, int above)
    {
        TrieNode leaf = TrieNode.Of(kind, kind == TrieKind.Slot ? Slots.Add() : Accounts.Add());
        ref TrieHead head = ref Head(leaf);
        head.Key = key;
        head.Above = (byte)above;
        head.IsDirty = true;
        return leaf;
    }

    /// <summary>Puts a branch at nibble <paramref name="depth"/> in place of <paramref name="link"/>, over what was there and a new leaf.</summary>
    private TrieNode Split(ref TrieNode link, int depth, int above, in Hash256 key, TrieKind kind)
    {
        TrieNode leaf = NewLeaf(key, kind, depth + 1);
        int index = Branches.Add();
        ref TrieBranch branch = ref Branches[index];
        branch.Depth = (byte)depth;
        branch.Head.Key = key;
        branch.Head.Above = (byte)above;
        branch.Head.IsDirty = true;
        ref TrieHead old = ref Head(link);
        branch.Children[TriePath.Nibble(old.Key.Span, depth)] = link;
        branch.Children[TriePath.Nibble(key.Span, depth)] = leaf;
        old.Above = (byte)(depth + 1);
        old.IsDirty = true;
        link = TrieNode.Of(TrieKind.Branch, index);
        return leaf;
    }

    /// <summary>A branch with one child left gives way to it.</summary>
    private void Collapse(ref TrieNode link)
    {
        ref TrieBranch branch = ref Branches[link.Index];
        TrieNode only = TrieNode.None;
        foreach (TrieNode child in (ReadOnlySpan<TrieNode>)branch.Children)
        {
            if (child.IsNone) continue;
            if (!only.IsNone) return;
            only = child;
        }
        ref TrieHead head = ref Head(only);
        head.Above = branch.Head.Above;
        head.IsDirty = true;
        Branches.Remove(link.Index);
        link = only;
    }

    private void Free(TrieNode node)
    {
        switch (node.Kind)
        {
            case TrieKind.Branch: Branches.Remove(node.Index); break;
            case TrieKind.Slot: Slots.Remove(node.Index); break;
            default: Accounts.Remove(node.Index); break;
        }
    }
}
