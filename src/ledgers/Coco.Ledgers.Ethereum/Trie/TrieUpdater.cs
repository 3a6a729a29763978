using Coco.Evm;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>Brings the trie from batch to batch, and back. Knows which account's slots a storage name means.</summary>
public sealed class TrieUpdater
{
    /// <summary>Leaves that a rebuild sorts at once: some tens of megabytes.</summary>
    private const int LeavesAtOnce = 1 << 18;

    private readonly Dictionary<uint, Hash256> _owners = [];

    public StateTrie Trie { get; } = new();

    /// <summary>Applies a batch; returns what takes it back, if that is asked for.</summary>
    public StateDelta? Apply(StateDelta delta, bool isUndoWanted)
    {
        StateDelta? undo = isUndoWanted ? new StateDelta() : null;
        for (int i = 0; i < delta.Accounts.Count; i++) Apply(delta.Accounts[i], undo);
        uint storage = 0;
        int handle = -1;
        for (int i = 0; i < delta.Slots.Count; i++)
        {
            SlotWrite slot = delta.Slots[i];
            if (handle < 0 || slot.Storage != storage) handle = Open(storage = slot.Storage);
            // The slot's account went with this batch, or got other slots.
            if (handle < 0) continue;
            UInt256 before = Trie.SetSlot(handle, slot.Key, slot.Value);
            undo?.Add(slot with { Value = before });
        }
        return undo;
    }

    /// <summary>Builds the trie of a whole state, after a snapshot was installed.</summary>
    public void Rebuild(IReadView view, int leavesAtOnce = LeavesAtOnce)
    {
        var leaves = new LeafSorter<AccountRecord>(leavesAtOnce);
        Span<byte> from = stackalloc byte[StorageKey.MaxSize + 1];
        int length = 0;
        while (view.TryGetNext(EthereumMaps.Accounts, from[..length], out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value))
        {
            Invariant.Holds(AccountRecord.TryRead(value, out AccountRecord account), "an account in the store is well formed");
            leaves.Add(key, account);
            if (leaves.IsFull) leaves.Drain(Put);
            length = After(key, from);
        }
        leaves.Drain(Put);
        RebuildSlots(view, from, leavesAtOnce);
    }

    private void RebuildSlots(IReadView view, Span<byte> from, int leavesAtOnce)
    {
        var leaves = new LeafSorter<UInt256>(leavesAtOnce);
        Span<byte> word = stackalloc byte[UInt256.Size];
        int length = 0;
        uint storage = 0;
        while (view.TryGetNext(EthereumMaps.Storage, from[..length], out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value))
        {
            Invariant.Holds(StorageKey.TryRead(key, out uint name, out UInt256 slot), "a slot in the store is well formed");
            if (name != storage || leaves.IsFull) PutSlots(storage, leaves);
            storage = name;
            slot.WriteBigEndian(word);
            leaves.Add(word, new UInt256(value));
            length = After(key, from);
        }
        PutSlots(storage, leaves);
    }

    private void Put(Hash256 key, AccountRecord account)
    {
        Trie.SetAccount(key, account.Nonce, account.Balance, account.CodeHash, account.Storage);
        if (account.Storage != 0) _owners[account.Storage] = key;
    }

    private void PutSlots(uint storage, LeafSorter<UInt256> leaves)
    {
        // Slots without an account are garbage under an old name.
        int handle = Open(storage);
        leaves.Drain((key, value) =>
        {
            if (handle >= 0) Trie.SetSlot(handle, key, value);
        });
    }

    private static int After(ReadOnlySpan<byte> key, Span<byte> from)
    {
        key.CopyTo(from);
        from[key.Length] = 0;
        return key.Length + 1;
    }

    private void Apply(in AccountWrite write, StateDelta? undo)
    {
        Hash256 key = write.Key;
        bool existed = Trie.TryGetAccount(key, out TrieAccount before);
        uint oldStorage = existed ? before.StorageName : 0;
        undo?.Add(new AccountWrite(key, existed, new AccountRecord(before.Nonce, before.Balance, before.CodeHash, oldStorage)));
        Action<Hash256, UInt256>? onSlot = undo is null ? null : (slot, value) => undo.Add(new SlotWrite(oldStorage, slot, value));
        if (!write.Exists)
        {
            if (existed) Trie.RemoveAccount(key, onSlot);
            if (oldStorage != 0) _owners.Remove(oldStorage);
            return;
        }
        AccountRecord account = write.Account;
        if (oldStorage != 0 && oldStorage != account.Storage)
        {
            Trie.RemoveStorage(key, onSlot);
            _owners.Remove(oldStorage);
        }
        Trie.SetAccount(key, account.Nonce, account.Balance, account.CodeHash, account.Storage);
        if (account.Storage != 0) _owners[account.Storage] = key;
    }

    /// <summary>The account whose slots have this name, made dirty; -1 if there is none.</summary>
    private int Open(uint storage)
    {
        if (!_owners.TryGetValue(storage, out Hash256 key) || !Trie.TryGetAccount(key, out TrieAccount account)) return -1;
        return Trie.SetAccount(key, account.Nonce, account.Balance, account.CodeHash, storage);
    }
}
