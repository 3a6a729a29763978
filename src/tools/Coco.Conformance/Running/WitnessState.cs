using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.State;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance;

/// <summary>A state of which only the trie nodes that a block touches are known.</summary>
public sealed class WitnessState(Dictionary<Hash256, byte[]> nodes, Dictionary<Hash256, byte[]> codes, Hash256 root) : IStateReader
{
    private readonly PartialTrie _accounts = new(nodes, root);
    private readonly Dictionary<Address, PartialTrie> _storage = [];
    private readonly StateChanges _changes = new();

    public bool TryGetAccount(in Address address, out AccountInfo account)
    {
        account = default;
        if (Find(address) is not { } found) return false;
        account = new AccountInfo(found.Nonce, found.Balance, found.CodeHash, found.StorageRoot != NodeReference.EmptyRoot);
        return true;
    }

    public UInt256 GetStorage(in Address address, in UInt256 slot)
    {
        byte[]? value = StorageOf(address).Get(StateTrie.KeyOf(slot).Span);
        return value is null ? default : new RlpReader(value).ReadUInt256();
    }

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => codeHash == AccountRecord.NoCode ? default
        : codes.TryGetValue(codeHash, out byte[]? code) ? code : throw new MissingTrieNodeException(codeHash);

    /// <summary>Takes over what a block changed; returns the new root.</summary>
    public Hash256 Take(JournaledState state)
    {
        state.CollectChanges(_changes);
        var writer = new ByteWriter();
        foreach (AccountChange change in _changes.Accounts)
        {
            Hash256 key = StateTrie.KeyOf(change.Address);
            if (!change.Exists)
            {
                _accounts.Remove(key.Span);
                continue;
            }
            PartialTrie storage = change.IsStorageWiped ? _storage[change.Address] = new PartialTrie() : StorageOf(change.Address);
            foreach (SlotChange slot in _changes.Slots(change))
            {
                writer.Clear();
                writer.Rlp(slot.Value);
                storage.Set(StateTrie.KeyOf(slot.Key).Span, slot.Value.IsZero ? [] : writer.ToArray());
            }
            writer.Clear();
            TrieEncoder.WriteAccountValue(change.Nonce, change.Balance, storage.Root(), change.CodeHash, writer);
            _accounts.Set(key.Span, writer.ToArray());
        }
        return _accounts.Root();
    }

    /// <summary>Moves the ether of all accounts that are known here to the contract of the DAO fork, but for those named.</summary>
    public void MoveDao(IEnumerable<Address> named)
    {
        HashSet<Hash256> kept = [.. named.Select(address => StateTrie.KeyOf(address))];
        UInt256 moved = default;
        foreach ((byte[] key, byte[] value) in _accounts.Known())
        {
            if (kept.Contains(new Hash256(key)) || Read(value) is not { Balance.IsZero: false } account) continue;
            moved += account.Balance;
            Write(key, account with { Balance = default });
        }
        Hash256 refund = StateTrie.KeyOf(DaoFork.Refund);
        Account contract = _accounts.Get(refund.Span) is { } there ? Read(there) : throw new FormatException("The witness lacks the refund contract.");
        Write(refund.Span, contract with { Balance = contract.Balance + moved });
    }

    private void Write(ReadOnlySpan<byte> key, in Account account)
    {
        var writer = new ByteWriter();
        TrieEncoder.WriteAccountValue(account.Nonce, account.Balance, account.StorageRoot, account.CodeHash, writer);
        _accounts.Set(key, writer.ToArray());
    }

    private PartialTrie StorageOf(in Address address)
    {
        if (_storage.TryGetValue(address, out PartialTrie? trie)) return trie;
        return _storage[address] = Find(address) is { } account ? new PartialTrie(nodes, account.StorageRoot) : new PartialTrie();
    }

    private readonly record struct Account(ulong Nonce, UInt256 Balance, Hash256 StorageRoot, Hash256 CodeHash);

    private Account? Find(in Address address) => _accounts.Get(StateTrie.KeyOf(address).Span) is { } value ? Read(value) : null;

    private static Account Read(ReadOnlySpan<byte> value)
    {
        var outer = new RlpReader(value);
        RlpReader list = outer.ReadList();
        return new Account(list.ReadUInt64(), list.ReadUInt256(), list.ReadHash(), list.ReadHash());
    }
}
