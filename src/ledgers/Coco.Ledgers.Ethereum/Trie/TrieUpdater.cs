using Coco.Evm;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>Brings the trie from batch to batch, and back. Knows which account's slots a storage name means.</summary>
public sealed class TrieUpdater
{
    /// <summary>Slots from which on a rebuild takes a storage in parts: what is built at once fits a processor's cache.</summary>
    private const int LargeFrom = 1 << 12;

    private readonly Dictionary<uint, Hash256> _owners = [];

    public StateTrie Trie { get; } = new();

    /// <summary>Applies a batch; returns what takes it back, if that is asked for.</summary>
    public StateDelta? Apply(StateDelta delta, bool isUndoWanted)
    {
        StateDelta? undo = isUndoWanted ? new StateDelta() : null;
        if (Trie.AccountCount == 0 && delta.Accounts.Count >= LargeFrom && delta.IsState)
        {
            Trie.Found(forest => new TrieRebuild(forest, _owners, LargeFrom).Run(delta));
            // Slots go with their accounts.
            foreach (AccountWrite account in delta.Accounts) undo?.Add(new AccountWrite(account.Key, false, default));
            return undo;
        }
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
    public void Rebuild(IReadView view, int largeFrom = LargeFrom)
    {
        Invariant.Holds(Trie.AccountCount == 0, "a trie is built anew where there is none");
        Trie.Found(forest => new TrieRebuild(forest, _owners, largeFrom).Run(view));
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
