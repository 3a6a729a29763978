using Coco.Evm;
using Coco.Evm.State;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>Writes what the machine changed to the store's maps, and gathers it for the trie. One thread.</summary>
public sealed class StateWriter
{
    private readonly ByteWriter _value = new(96);
    private readonly StateChanges _changes = new();

    /// <summary>Writes the changes of <paramref name="state"/>; <paramref name="nextStorage"/> is the next free storage name.</summary>
    public StateDelta Write(JournaledState state, ITransactionSet set, ref uint nextStorage)
    {
        var delta = new StateDelta();
        state.CollectChanges(_changes);
        foreach (AccountChange change in _changes.Accounts) Write(change, state, set, delta, ref nextStorage);
        return delta;
    }

    private void Write(in AccountChange change, JournaledState state, ITransactionSet set, StateDelta delta, ref uint nextStorage)
    {
        Hash256 key = StateTrie.KeyOf(change.Address);
        uint storage = AccountRecord.TryGet(set, change.Address, out AccountRecord before) ? before.Storage : 0;
        if (!change.Exists)
        {
            set.Delete(EthereumMaps.Accounts, change.Address.Span);
            delta.Add(new AccountWrite(key, false, default));
            return;
        }
        // Slots under the old name become garbage. Since Cancun (EIP-6780) only accounts of the same transaction are wiped, which
        // have none in the store.
        if (change.IsStorageWiped) storage = 0;
        if (storage == 0 && change.SlotCount > 0) storage = nextStorage++;
        var after = new AccountRecord(change.Nonce, change.Balance, change.CodeHash, storage);
        if (change.IsCodeNew) set.Put(EthereumMaps.Code, change.CodeHash.Span, state.NewCode(change.CodeHash).Span);
        if (!change.Existed || after != before)
        {
            _value.Clear();
            after.Write(_value);
            set.Put(EthereumMaps.Accounts, change.Address.Span, _value.Span);
            delta.Add(new AccountWrite(key, true, after));
        }
        foreach (SlotChange slot in _changes.Slots(change)) Write(storage, slot, set, delta);
    }

    private static void Write(uint storage, in SlotChange slot, ITransactionSet set, StateDelta delta)
    {
        Span<byte> key = stackalloc byte[StorageKey.MaxSize];
        Span<byte> value = stackalloc byte[UInt256.Size];
        int length = StorageKey.Write(key, storage, slot.Key);
        if (slot.Value.IsZero) set.Delete(EthereumMaps.Storage, key[..length]);
        else set.Put(EthereumMaps.Storage, key[..length], value[..CompactCodec.WriteTrimmed(value, slot.Value)]);
        delta.Add(new SlotWrite(storage, StateTrie.KeyOf(slot.Key), slot.Value));
    }
}
