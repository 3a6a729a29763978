using System.Runtime.CompilerServices;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>What a node name names.</summary>
public enum TrieKind
{
    None,
    Branch,
    Slot,
    Account,
}

/// <summary>The name of a node: its kind and its place in the slab of that kind. Zero is no node.</summary>
public readonly record struct TrieNode(int Name)
{
    public static TrieNode None => default;
    public TrieKind Kind => (TrieKind)(Name & 3);
    public int Index => Name >> 2;
    public bool IsNone => Name == 0;

    public static TrieNode Of(TrieKind kind, int index) => new((index << 2) | (int)kind);
}

[InlineArray(16)]
public struct TrieChildren
{
    private TrieNode _first;
}

/// <summary>What all nodes have.</summary>
public struct TrieHead
{
    /// <summary>A leaf's key; for a branch any key that goes through it, for the nibbles of the extension before it.</summary>
    public Hash256 Key;
    public NodeReference Reference;

    /// <summary>Nibbles of the key that stand above this node (and above its extension): the reference holds for this place.</summary>
    public byte Above;
    public bool IsDirty;
}

/// <summary>
/// A branch together with the extension that leads to it: here keys that agree in <see cref="Depth"/> nibbles part.
/// </summary>
public struct TrieBranch
{
    public TrieHead Head;
    public byte Depth;
    public TrieChildren Children;
}

public struct TrieSlot
{
    public TrieHead Head;
    public UInt256 Value;
}

/// <summary>An account; <see cref="Storage"/> is the top of the trie of its slots.</summary>
public struct TrieAccount
{
    public TrieHead Head;
    public ulong Nonce;
    public UInt256 Balance;
    public Hash256 CodeHash;
    public TrieNode Storage;

    /// <summary>How the store names its slots; no part of the node.</summary>
    public uint StorageName;
}
