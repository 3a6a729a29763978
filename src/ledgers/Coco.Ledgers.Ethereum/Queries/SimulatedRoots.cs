using Coco.Evm;
using Coco.Evm.State;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// State roots after changes that never happen. The trie is kept of the newest committed block only: for an older one it is taken
/// back for the moment, by the keys that the blocks since wrote and what the older state holds under them.
/// </summary>
internal sealed class SimulatedRoots(EthereumLedger ledger, IHistory history, ICommittedView view)
{
    /// <summary>How far the trie is taken back: more would hold the sealing of blocks up.</summary>
    private const ulong MostBlocks = 256;

    /// <summary>Keys that are taken back: some 10 ms, in which no block is sealed.</summary>
    private const int MostKeys = 10_000;

    private readonly StateDelta _back = new();

    /// <summary>Each key stands in <see cref="_back"/> once: what undoes a delta is not made for more.</summary>
    private readonly HashSet<Address> _accounts = [];
    private readonly HashSet<(uint, UInt256)> _slots = [];
    private ulong _reached = view.Version.Value;

    /// <summary>Blocks since must be read, and the calling thread may not wait for that.</summary>
    public bool NeedsPatience { get; private set; }

    /// <summary>Null where the trie cannot be taken back to the view's block.</summary>
    public Hash256? RootAfter(StateDelta changes)
    {
        while (true)
        {
            Hash256? root = ledger.RootAfter(_reached, _back, changes, out ulong settled);
            if (root is not null || settled < _reached) return root;
            if (settled - view.Version.Value > MostBlocks) return null;
            NeedsPatience = !PatientThreads.IsHere;
            if (NeedsPatience) return null;
            for (; _reached < settled; _reached++)
                if (!TryTakeBack(_reached + 1)) return null;
        }
    }

    /// <summary>What <paramref name="changes"/> of a run on the view make of the trie.</summary>
    public static StateDelta DeltaOf(StateChanges changes, IReadView view)
    {
        var delta = new StateDelta();
        // Counted down from the end, so that no name is one that an account has.
        uint nextStorage = uint.MaxValue;
        foreach (AccountChange change in changes.Accounts)
        {
            Hash256 key = StateTrie.KeyOf(change.Address);
            if (!change.Exists)
            {
                delta.Add(new AccountWrite(key, false, default));
                continue;
            }
            AccountRecord.TryGet(view, change.Address, out AccountRecord before);
            uint storage = change.IsStorageWiped ? 0 : before.Storage;
            if (storage == 0 && change.SlotCount > 0) storage = nextStorage--;
            delta.Add(new AccountWrite(key, true, new AccountRecord(change.Nonce, change.Balance, change.CodeHash, storage)));
            foreach (SlotChange slot in changes.Slots(change)) delta.Add(new SlotWrite(storage, StateTrie.KeyOf(slot.Key), slot.Value));
        }
        return delta;
    }

    /// <summary>Adds what the view holds under all keys that a block wrote.</summary>
    private bool TryTakeBack(ulong number)
    {
        AppliedBatch? batch = PatientThreads.Wait(() => history.ReadAsync(new BatchNumber(number), CancellationToken.None));
        if (batch is null) return false;
        var writes = new WriteSetReader(batch.Record.WriteSet.Span);
        while (writes.TryNext())
        {
            if (writes.Map == EthereumMaps.Accounts && !TryTakeBackAccount(writes)) return false;
            if (writes.Map == EthereumMaps.Storage && StorageKey.TryRead(writes.Key, out uint storage, out UInt256 slot)
                && _slots.Add((storage, slot)))
                _back.Add(new SlotWrite(storage, StateTrie.KeyOf(slot), StoreStateReader.GetStorage(view, storage, slot)));
        }
        return !writes.IsBroken && _accounts.Count + _slots.Count <= MostKeys;
    }

    private bool TryTakeBackAccount(in WriteSetReader writes)
    {
        var address = new Address(writes.Key);
        bool existed = AccountRecord.TryGet(view, address, out AccountRecord before);
        bool isRead = !writes.IsPut | AccountRecord.TryRead(writes.Value, out AccountRecord after);
        // All slots were dropped: what they held cannot be found by key. Since Cancun (EIP-6780) that does not happen.
        if (existed && before.Storage != 0 && after.Storage != before.Storage) return false;
        if (_accounts.Add(address)) _back.Add(new AccountWrite(StateTrie.KeyOf(writes.Key), existed, before));
        return isRead;
    }
}
