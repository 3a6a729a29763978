using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Primitives;

namespace Coco.Ledgers.Tests.Evm;

/// <summary>A world in sorted dictionaries, with its state root.</summary>
internal sealed class TestWorld : IStateReader
{
    private readonly Dictionary<Address, Account> _accounts = [];
    private readonly Dictionary<Hash256, byte[]> _codes = [];

    public sealed class Account
    {
        public ulong Nonce { get; set; }
        public UInt256 Balance { get; set; }
        public Hash256 CodeHash { get; set; } = EvmCode.EmptyHash;
        public Dictionary<UInt256, UInt256> Storage { get; } = [];
    }

    public Account? this[Address address] => _accounts.GetValueOrDefault(address);

    public Account Add(Address address, ulong nonce, UInt256 balance, byte[] code)
    {
        Account account = new() { Nonce = nonce, Balance = balance };
        if (code.Length > 0) _codes[account.CodeHash = Keccak256.Hash(code)] = code;
        return _accounts[address] = account;
    }

    public bool TryGetAccount(in Address address, out AccountInfo account)
    {
        bool exists = _accounts.TryGetValue(address, out Account? found);
        account = exists ? new AccountInfo(found!.Nonce, found.Balance, found.CodeHash, found.Storage.Count > 0) : default;
        return exists;
    }

    public UInt256 GetStorage(in Address address, in UInt256 slot) => _accounts[address].Storage.GetValueOrDefault(slot);

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => _codes[codeHash];

    /// <summary>Writes a batch's changes down, as a ledger would.</summary>
    public void Apply(JournaledState state)
    {
        StateChanges changes = new();
        state.CollectChanges(changes);
        foreach (AccountChange change in changes.Accounts)
        {
            if (!change.Exists)
            {
                _accounts.Remove(change.Address);
                continue;
            }
            if (!_accounts.TryGetValue(change.Address, out Account? account)) _accounts[change.Address] = account = new Account();
            if (change.IsStorageWiped) account.Storage.Clear();
            (account.Nonce, account.Balance, account.CodeHash) = (change.Nonce, change.Balance, change.CodeHash);
            if (change.IsCodeNew) _codes[change.CodeHash] = state.NewCode(change.CodeHash).ToArray();
            foreach (SlotChange slot in changes.Slots(change))
            {
                if (slot.Value.IsZero) account.Storage.Remove(slot.Key);
                else account.Storage[slot.Key] = slot.Value;
            }
        }
    }

    public Hash256 Root() => TestTrie.Root(_accounts.Select(pair => (pair.Key.ToArray(), Encode(pair.Value))));

    private static byte[] Encode(Account account)
    {
        Hash256 storage = TestTrie.Root(account.Storage
            .Where(slot => !slot.Value.IsZero)
            .Select(slot => (slot.Key.ToBigEndian(), TestRlp.Number(slot.Value))));
        return TestRlp.List(
            TestRlp.Number(account.Nonce), TestRlp.Number(account.Balance),
            TestRlp.Bytes(storage.Span), TestRlp.Bytes(account.CodeHash.Span));
    }
}
