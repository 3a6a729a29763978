using System.Text.Json;
using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.State;
using Coco.Primitives;

namespace Coco.Conformance.Fuzz;

/// <summary>
/// The peer's accounts as they are now, asked for when they are needed. Development nodes do not answer reliably about earlier
/// blocks, so a run before the transaction is sent finds out what it needs; <see cref="Seal"/> then ends the asking.
/// </summary>
internal sealed class PeerState(PeerRpc peer) : IStateReader
{
    private readonly Dictionary<Address, (bool Exists, AccountInfo Account)> _accounts = [];
    private readonly Dictionary<(Address, UInt256), UInt256> _slots = [];
    private readonly Dictionary<Hash256, byte[]> _codes = [];
    private bool _isSealed;

    /// <summary>From now on what was not asked for counts as absent; <see cref="HasMissed"/> tells whether that happened.</summary>
    public void Seal() => _isSealed = true;

    public bool HasMissed { get; private set; }

    public bool TryGetAccount(in Address address, out AccountInfo account)
    {
        if (!_accounts.TryGetValue(address, out (bool Exists, AccountInfo Account) known))
        {
            if (_isSealed) HasMissed = true;
            else _accounts[address] = known = Ask(address);
        }
        account = known.Account;
        return known.Exists;
    }

    public UInt256 GetStorage(in Address address, in UInt256 slot)
    {
        if (_slots.TryGetValue((address, slot), out UInt256 known)) return known;
        if (_isSealed)
        {
            HasMissed = true;
            return default;
        }
        return _slots[(address, slot)] = peer.Call("eth_getStorageAt", $"\"{address}\",\"{slot}\",\"latest\"").Word();
    }

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => _codes[codeHash];

    private (bool Exists, AccountInfo Account) Ask(in Address address)
    {
        string parameters = $"\"{address}\",\"latest\"";
        JsonElement[] found = peer.CallAll([("eth_getBalance", parameters), ("eth_getTransactionCount", parameters), ("eth_getCode", parameters)]);
        byte[] code = found[2].Bytes();
        Hash256 hash = Keccak256.Hash(code);
        _codes[hash] = code;
        var account = new AccountInfo(found[1].Number(), found[0].Word(), hash, code.Length > 0);
        return (!account.Balance.IsZero || account.Nonce != 0 || code.Length > 0, account);
    }
}
