using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// The Merkle Patricia trie of the world state (yellow paper 4.1), kept in memory and changed in place. Derived from the store's
/// maps, never replicated. Keys are hashes of addresses and slots. One thread.
/// </summary>
public sealed class StateTrie
{
    private readonly TrieForest _forest = new();
    private readonly TrieHasher _hasher;
    private readonly TrieEncoder _encoder;
    private TrieNode _root;

    public StateTrie()
    {
        _hasher = new TrieHasher(_forest);
        _encoder = new TrieEncoder(_forest);
    }

    public int AccountCount => _forest.Accounts.Count;
    public int SlotCount => _forest.Slots.Count;

    /// <summary>Memory of all nodes.</summary>
    public long Bytes => _forest.Accounts.Bytes + _forest.Slots.Bytes + _forest.Branches.Bytes;

    /// <summary>Takes a trie that is built as a whole; there is none before.</summary>
    internal void Found(Func<TrieForest, TrieNode> build) => _root = build(_forest);

    /// <summary>Hashes what changed since the last time: time goes with the changes, not with the state.</summary>
    public Hash256 Root() => _hasher.Hash(_root);

    /// <summary>Whether the account is there, and what it holds (without its storage).</summary>
    public bool TryGetAccount(in Hash256 key, out TrieAccount account)
    {
        TrieNode node = _forest.Find(_root, key);
        account = node.IsNone ? default : _forest.Accounts[node.Index];
        return !node.IsNone;
    }

    /// <summary>Writes the account's fields, keeping its storage; returns a handle for its slots, valid until an account is removed.</summary>
    public int SetAccount(in Hash256 key, ulong nonce, in UInt256 balance, in Hash256 codeHash, uint storageName = 0)
    {
        int handle = _forest.FindOrAdd(ref _root, key, TrieKind.Account).Index;
        ref TrieAccount account = ref _forest.Accounts[handle];
        account.Nonce = nonce;
        account.Balance = balance;
        account.CodeHash = codeHash;
        account.StorageName = storageName;
        return handle;
    }

    /// <summary>Removes an account and all its slots, which are told to <paramref name="onSlot"/>.</summary>
    public void RemoveAccount(in Hash256 key, Action<Hash256, UInt256>? onSlot = null)
    {
        TrieNode node = _forest.Find(_root, key);
        if (node.IsNone) return;
        _forest.RemoveAll(ref _forest.Accounts[node.Index].Storage, onSlot);
        _forest.Remove(ref _root, key);
    }

    /// <summary>Removes all slots of an account.</summary>
    public void RemoveStorage(in Hash256 key, Action<Hash256, UInt256>? onSlot = null)
    {
        if (_forest.Find(_root, key).IsNone) return;
        TrieNode node = _forest.FindOrAdd(ref _root, key, TrieKind.Account);
        _forest.RemoveAll(ref _forest.Accounts[node.Index].Storage, onSlot);
    }

    /// <summary>What a slot holds.</summary>
    public UInt256 GetSlot(in Hash256 accountKey, in Hash256 slotKey)
    {
        TrieNode account = _forest.Find(_root, accountKey);
        if (account.IsNone) return default;
        TrieNode slot = _forest.Find(_forest.Accounts[account.Index].Storage, slotKey);
        return slot.IsNone ? default : _forest.Slots[slot.Index].Value;
    }

    /// <summary>Writes a slot of an account that <see cref="SetAccount"/> has just opened; zero removes it. Returns what it held.</summary>
    public UInt256 SetSlot(int account, in Hash256 key, in UInt256 value)
    {
        ref TrieNode storage = ref _forest.Accounts[account].Storage;
        if (value.IsZero)
        {
            TrieNode there = _forest.Find(storage, key);
            if (there.IsNone) return default;
            UInt256 held = _forest.Slots[there.Index].Value;
            _forest.Remove(ref storage, key);
            return held;
        }
        TrieNode node = _forest.FindOrAdd(ref storage, key, TrieKind.Slot);
        ref TrieSlot slot = ref _forest.Slots[node.Index];
        UInt256 before = slot.Value;
        slot.Value = value;
        return before;
    }

    /// <summary>The root of an account's storage; <see cref="Root"/> must have been called after the last change.</summary>
    public Hash256 StorageRoot(in Hash256 accountKey)
    {
        TrieNode node = _forest.Find(_root, accountKey);
        return node.IsNone ? NodeReference.EmptyRoot : _encoder.StorageRoot(_forest.Accounts[node.Index]);
    }

    /// <summary>The nodes from the root to where the account is or would be (EIP-1186); everything must be hashed.</summary>
    public void ProveAccount(in Hash256 key, List<byte[]> nodes) => Prove(_root, key, nodes);

    public void ProveSlot(in Hash256 accountKey, in Hash256 slotKey, List<byte[]> nodes)
    {
        TrieNode account = _forest.Find(_root, accountKey);
        if (!account.IsNone) Prove(_forest.Accounts[account.Index].Storage, slotKey, nodes);
    }

    private void Prove(TrieNode node, in Hash256 key, List<byte[]> nodes)
    {
        var writer = new ByteWriter();
        while (!node.IsNone)
        {
            writer.Clear();
            _encoder.Write(node, writer);
            bool isBranch = node.Kind == TrieKind.Branch;
            if (isBranch) ProveExtension(_forest.Branches[node.Index], writer, nodes);
            if (writer.Length >= Hash256.Size || nodes.Count == 0) nodes.Add(writer.ToArray());
            if (!isBranch) return;
            ref TrieBranch branch = ref _forest.Branches[node.Index];
            if (TriePath.CommonPrefix(branch.Head.Key.Span, key.Span) < branch.Depth)
            {
                // The key leaves inside the extension: the branch after it is no part of the proof.
                if (writer.Length >= Hash256.Size) nodes.RemoveAt(nodes.Count - 1);
                return;
            }
            node = branch.Children[TriePath.Nibble(key.Span, branch.Depth)];
        }
    }

    private static void ProveExtension(in TrieBranch branch, ByteWriter encodedBranch, List<byte[]> nodes)
    {
        if (branch.Depth == branch.Head.Above) return;
        var extension = new ByteWriter();
        TrieEncoder.WriteExtension(branch, NodeReference.OfNode(encodedBranch.Span), extension);
        if (extension.Length >= Hash256.Size || nodes.Count == 0) nodes.Add(extension.ToArray());
    }

    /// <summary>The secure key of bytes.</summary>
    public static Hash256 KeyOf(ReadOnlySpan<byte> bytes) => Keccak256.Hash(bytes);

    public static Hash256 KeyOf(in Address address) => Keccak256.Hash(address.Span);

    public static Hash256 KeyOf(in UInt256 slot)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        slot.WriteBigEndian(bytes);
        return Keccak256.Hash(bytes);
    }
}
