using System.Collections.Frozen;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>All methods by name.</summary>
internal static class MethodTable
{
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
        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
