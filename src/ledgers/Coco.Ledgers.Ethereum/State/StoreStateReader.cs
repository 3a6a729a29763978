using Coco.Evm;
using Coco.Evm.State;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>The machine's view of the store's maps. <see cref="View"/> may be exchanged between batches. One thread.</summary>
public sealed class StoreStateReader(IReadView view) : IStateReader
{
    private Address _lastAddress;
    private uint _lastStorage;
    private bool _hasLast;

    public IReadView View
    {
        get;
        set
        {
            field = value;
            _hasLast = false;
        }
    } = view;

    public bool TryGetAccount(in Address address, out AccountInfo account)
    {
        account = default;
        if (!AccountRecord.TryGet(View, address, out AccountRecord record)) return false;
        Remember(address, record.Storage);
        account = new AccountInfo(record.Nonce, record.Balance, record.CodeHash, record.Storage != 0);
        return true;
    }

    public UInt256 GetStorage(in Address address, in UInt256 slot)
    {
        if (!_hasLast || _lastAddress != address)
            Remember(address, AccountRecord.TryGet(View, address, out AccountRecord record) ? record.Storage : 0);
        return _lastStorage == 0 ? default : GetStorage(View, _lastStorage, slot);
    }

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => GetCode(View, codeHash);

    public static ReadOnlyMemory<byte> GetCode(IReadView view, in Hash256 codeHash)
    {
        if (codeHash == AccountRecord.NoCode) return default;
        bool isThere = view.TryGet(EthereumMaps.Code, codeHash.Span, out ReadOnlySpan<byte> code);
        Invariant.Holds(isThere, "code that an account names is in the store");
        return code.ToArray();
    }

    public static UInt256 GetStorage(IReadView view, uint storage, in UInt256 slot)
    {
        Span<byte> key = stackalloc byte[StorageKey.MaxSize];
        int length = StorageKey.Write(key, storage, slot);
        return view.TryGet(EthereumMaps.Storage, key[..length], out ReadOnlySpan<byte> value) ? new UInt256(value) : default;
    }

    private void Remember(in Address address, uint storage)
    {
        _lastAddress = address;
        _lastStorage = storage;
        _hasLast = true;
    }
}
