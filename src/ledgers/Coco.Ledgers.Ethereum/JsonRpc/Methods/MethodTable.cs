using System.Collections.Frozen;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>All methods by name.</summary>
internal static class MethodTable
{
    /// <summary>
    /// What is answered in some ten microseconds, or waits without a thread, on the thread that read the request. All else goes to
    /// another one, since many connections share the threads that read.
    /// </summary>
    private static readonly FrozenSet<string> Quick = FrozenSet.Create(
        StringComparer.Ordinal, "eth_sendRawTransaction", "eth_sendRawTransactionSync", "eth_getTransactionReceipt", "eth_chainId",
        "eth_blockNumber", "eth_getTransactionCount", "eth_getBalance");

    public static FrozenDictionary<string, RpcHandler> Build()
    {
        var table = new Dictionary<string, RpcHandler>(StringComparer.Ordinal);
        NodeMethods.AddTo(table);
        BlockMethods.AddTo(table);
        StateMethods.AddTo(table);
        SendMethods.AddTo(table);
        TransactionMethods.AddTo(table);
        CallMethods.AddTo(table);
        AccessListMethods.AddTo(table);
        FeeMethods.AddTo(table);
        LogMethods.AddTo(table);
        FilterMethods.AddTo(table);
        SubscriptionMethods.AddTo(table);
        PoolMethods.AddTo(table);
        SimulateMethods.AddTo(table);
        DebugMethods.AddTo(table);
        RawMethods.AddTo(table);
        ParityMethods.AddTo(table);
        return table.ToFrozenDictionary(pair => pair.Key, pair => Quick.Contains(pair.Key) ? pair.Value : Elsewhere(pair.Value), StringComparer.Ordinal);
    }

    private static RpcHandler Elsewhere(RpcHandler handler) => async call =>
    {
        await Task.Yield();
        return await handler(call);
    };
}
