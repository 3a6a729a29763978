using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>An account in the trie after a batch, by the hash of its address.</summary>
public readonly record struct AccountWrite(Hash256 Key, bool Exists, AccountRecord Account);

/// <summary>A slot in the trie after a batch, by the hash of its number; zero removes it.</summary>
public readonly record struct SlotWrite(uint Storage, Hash256 Key, UInt256 Value);

/// <summary>What a batch changes in the trie: accounts first, then their slots. Handed over from execution to hashing.</summary>
public sealed class StateDelta
{
    private readonly List<AccountWrite> _accounts = [];
    private readonly List<SlotWrite> _slots = [];

    public IReadOnlyList<AccountWrite> Accounts => _accounts;
    public IReadOnlyList<SlotWrite> Slots => _slots;

    /// <summary>Nothing is removed: over an empty state this is the state.</summary>
    public bool IsState { get; private set; } = true;

    public void Add(in AccountWrite account)
    {
        IsState &= account.Exists;
        _accounts.Add(account);
    }

    public void Add(in SlotWrite slot)
    {
        IsState &= !slot.Value.IsZero;
        _slots.Add(slot);
    }

    /// <summary>The changes that a committed write set holds; false where the bytes are none of this ledger's.</summary>
    public static bool TryRead(ReadOnlySpan<byte> writeSet, out StateDelta delta)
    {
        delta = new StateDelta();
        var reader = new WriteSetReader(writeSet);
        while (reader.TryNext())
        {
            if (reader.Map == EthereumMaps.Accounts && !delta.TryAddAccount(reader)) return false;
            if (reader.Map == EthereumMaps.Storage && !delta.TryAddSlot(reader)) return false;
        }
        return !reader.IsBroken;
    }

    private bool TryAddAccount(in WriteSetReader reader)
    {
        AccountRecord account = default;
        if (reader.Key.Length != Address.Size || (reader.IsPut && !AccountRecord.TryRead(reader.Value, out account))) return false;
        Add(new AccountWrite(Keccak256.Hash(reader.Key), reader.IsPut, account));
        return true;
    }

    private bool TryAddSlot(in WriteSetReader reader)
    {
        if (!StorageKey.TryRead(reader.Key, out uint storage, out UInt256 slot) || reader.Value.Length > UInt256.Size) return false;
        Add(new SlotWrite(storage, StateTrie.KeyOf(slot), new UInt256(reader.Value)));
        return true;
    }
}
