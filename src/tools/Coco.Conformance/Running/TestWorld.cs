using System.Text.Json;
using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.State;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance;

/// <summary>A state in memory that tests begin with and blocks change.</summary>
public sealed class TestWorld : IStateReader
{
    private readonly Dictionary<Address, Entry> _accounts = [];
    private readonly Dictionary<Hash256, ReadOnlyMemory<byte>> _codes = [];
    private readonly StateChanges _changes = new();

    private sealed class Entry
    {
        public ulong Nonce;
        public UInt256 Balance;
        public Hash256 CodeHash = AccountRecord.NoCode;
        public Dictionary<UInt256, UInt256> Storage = [];
    }

    /// <summary>Reads <c>pre</c> or <c>alloc</c>.</summary>
    public static TestWorld Read(JsonElement accounts)
    {
        var world = new TestWorld();
        foreach (JsonProperty account in accounts.EnumerateObject())
        {
            var entry = new Entry
            {
                Nonce = account.Value.Field("nonce")?.Number() ?? 0,
                Balance = account.Value.Field("balance")?.Word() ?? default,
            };
            if (account.Value.Field("code")?.Bytes() is { Length: > 0 } code)
            {
                entry.CodeHash = Keccak256.Hash(code);
                world._codes[entry.CodeHash] = code;
            }
            if (account.Value.Field("storage") is { } storage)
                foreach (JsonProperty slot in storage.EnumerateObject())
                    if (slot.Value.Word() is { IsZero: false } value) entry.Storage[ReadSlot(slot.Name)] = value;
            world._accounts[ReadAddress(account.Name)] = entry;
        }
        return world;
    }

    /// <summary>By address.</summary>
    public IEnumerable<Address> Addresses => _accounts.Keys.Order();

    public bool TryGetAccount(in Address address, out AccountInfo account)
    {
        account = default;
        if (!_accounts.TryGetValue(address, out Entry? entry)) return false;
        account = new AccountInfo(entry.Nonce, entry.Balance, entry.CodeHash, entry.Storage.Count > 0);
        return true;
    }

    public UInt256 GetStorage(in Address address, in UInt256 slot) =>
        _accounts.TryGetValue(address, out Entry? entry) ? entry.Storage.GetValueOrDefault(slot) : default;

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => _codes.GetValueOrDefault(codeHash);

    /// <summary>Takes over what a block changed.</summary>
    public void Take(JournaledState state)
    {
        state.CollectChanges(_changes);
        foreach (AccountChange change in _changes.Accounts)
        {
            if (!change.Exists)
            {
                _accounts.Remove(change.Address);
                continue;
            }
            if (!_accounts.TryGetValue(change.Address, out Entry? entry)) _accounts[change.Address] = entry = new Entry();
            if (change.IsStorageWiped) entry.Storage.Clear();
            entry.Nonce = change.Nonce;
            entry.Balance = change.Balance;
            entry.CodeHash = change.CodeHash;
            if (change.IsCodeNew) _codes[change.CodeHash] = state.NewCode(change.CodeHash).ToArray();
            foreach (SlotChange slot in _changes.Slots(change))
            {
                if (slot.Value.IsZero) entry.Storage.Remove(slot.Key);
                else entry.Storage[slot.Key] = slot.Value;
            }
        }
        state.AcceptChanges();
    }

    public TestWorld Copy()
    {
        var copy = new TestWorld();
        foreach ((Address address, Entry entry) in _accounts)
            copy._accounts[address] = new Entry
            {
                Nonce = entry.Nonce,
                Balance = entry.Balance,
                CodeHash = entry.CodeHash,
                Storage = new(entry.Storage),
            };
        foreach ((Hash256 hash, ReadOnlyMemory<byte> code) in _codes) copy._codes[hash] = code;
        return copy;
    }

    public Hash256 Root()
    {
        var trie = new StateTrie();
        foreach ((Address address, Entry entry) in _accounts)
        {
            int handle = trie.SetAccount(StateTrie.KeyOf(address), entry.Nonce, entry.Balance, entry.CodeHash);
            foreach ((UInt256 slot, UInt256 value) in entry.Storage) trie.SetSlot(handle, StateTrie.KeyOf(slot), value);
        }
        return trie.Root();
    }

    /// <summary>All accounts, by address.</summary>
    public IEnumerable<GenesisAccount> Accounts() => _accounts.OrderBy(pair => pair.Key).Select(pair => new GenesisAccount(
        pair.Key, pair.Value.Nonce, pair.Value.Balance, GetCode(pair.Value.CodeHash),
        [.. pair.Value.Storage.OrderBy(slot => slot.Key).Select(slot => (slot.Key, slot.Value))]));

    /// <summary>What differs from <paramref name="other"/>, for a failure's text; empty if nothing does.</summary>
    public string Difference(TestWorld other)
    {
        foreach (Address address in _accounts.Keys.Union(other._accounts.Keys).Order())
        {
            bool isHere = _accounts.TryGetValue(address, out Entry? mine), isThere = other._accounts.TryGetValue(address, out Entry? its);
            if (!isHere || !isThere) return $"{address}: {(isHere ? "is too much" : "is missing")}";
            if (mine!.Nonce != its!.Nonce) return $"{address}: nonce {mine.Nonce}, expected {its.Nonce}";
            if (mine.Balance != its.Balance) return $"{address}: balance {mine.Balance}, expected {its.Balance}";
            if (mine.CodeHash != its.CodeHash) return $"{address}: code differs";
            foreach (UInt256 slot in mine.Storage.Keys.Union(its.Storage.Keys).Order())
                if (mine.Storage.GetValueOrDefault(slot) is var have && its.Storage.GetValueOrDefault(slot) is var want && have != want)
                    return $"{address}: slot {slot} is {have}, expected {want}";
        }
        return "";
    }

    private static Address ReadAddress(string text)
    {
        string hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return Address.TryParse(hex.PadLeft(Address.Size * 2, '0'), out Address address) ? address : throw new FormatException($"{text} is no address.");
    }

    private static UInt256 ReadSlot(string text)
    {
        string hex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text : "0x" + text;
        return hex == "0x" ? default : UInt256.TryParse(hex, out UInt256 slot) ? slot : throw new FormatException($"{text} is no slot.");
    }
}
