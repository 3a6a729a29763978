using Coco.Evm;
using Coco.Evm.Transactions;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Transactions as the machine takes them.</summary>
public static class EvmTransactions
{
    public static EvmTransaction Of(EthereumTransaction transaction, in Address sender) => new()
    {
        Type = (byte)transaction.Type,
        Sender = sender,
        To = transaction.To,
        Nonce = transaction.Nonce,
        Value = transaction.Value,
        GasLimit = transaction.GasLimit,
        MaxFeePerGas = transaction.MaxFeePerGas,
        MaxPriorityFeePerGas = transaction.MaxPriorityFeePerGas,
        Data = transaction.Data,
        AccessList = AccessList(transaction.AccessList),
        BlobHashes = transaction.BlobHashes.Count == 0 ? [] : [.. transaction.BlobHashes],
        MaxFeePerBlobGas = transaction.MaxFeePerBlobGas,
        Authorizations = Authorizations(transaction.Authorizations),
    };

    private static AccessListEntry[] AccessList(IReadOnlyList<AccessListItem> items)
    {
        if (items.Count == 0) return [];
        var entries = new AccessListEntry[items.Count];
        for (int i = 0; i < entries.Length; i++) entries[i] = new AccessListEntry(items[i].Address, items[i].Keys);
        return entries;
    }

    private static Authorization[] Authorizations(IReadOnlyList<SignedAuthorization> items)
    {
        if (items.Count == 0) return [];
        var authorizations = new Authorization[items.Count];
        for (int i = 0; i < authorizations.Length; i++)
        {
            SignedAuthorization item = items[i];
            Address? authority = SenderRecovery.TryRecover(item, out Address signer) ? signer : null;
            authorizations[i] = new Authorization(item.ChainId, item.Address, item.Nonce, authority);
        }
        return authorizations;
    }
}
