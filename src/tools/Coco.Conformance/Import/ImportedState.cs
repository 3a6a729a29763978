using Coco.Evm;
using Coco.Evm.State;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance.Import;

/// <summary>The state of the chain so far, with its trie kept up to date: a block costs what it changes, not what there is.</summary>
internal sealed class ImportedState
{
    private readonly StateTrie _trie = new();
    private readonly StateChanges _changes = new();

    public ImportedState(IReadOnlyList<GenesisAccount> alloc)
    {
        var state = new JournaledState(new Evm.Code.CodeCache());
        state.Reset(new EmptyStateReader());
        foreach (GenesisAccount account in alloc) account.Create(state);
        state.FinishTransaction(deleteEmpty: false);
        Take(state);
    }

    public TestWorld World { get; } = new();

    /// <summary>Takes over what was executed; returns the new root.</summary>
    public Hash256 Take(JournaledState state)
    {
        state.CollectChanges(_changes);
        foreach (AccountChange change in _changes.Accounts)
        {
            Hash256 key = StateTrie.KeyOf(change.Address);
            if (!change.Exists)
            {
                _trie.RemoveAccount(key);
                continue;
            }
            if (change.IsStorageWiped) _trie.RemoveStorage(key);
            int account = _trie.SetAccount(key, change.Nonce, change.Balance, change.CodeHash);
            foreach (SlotChange slot in _changes.Slots(change)) _trie.SetSlot(account, StateTrie.KeyOf(slot.Key), slot.Value);
        }
        World.Take(state);
        return _trie.Root();
    }
}
