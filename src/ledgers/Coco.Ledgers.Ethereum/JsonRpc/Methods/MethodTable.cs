using System.Buffers;
using System.Collections.Frozen;
using System.Text;

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

    /// <summary>What executes or searches: as long as the gas lasts. Done on threads of its own, in turns.</summary>
    private static readonly FrozenSet<string> Long = FrozenSet.Create(
        StringComparer.Ordinal, "eth_call", "eth_estimateGas", "eth_createAccessList", "eth_simulateV1", "eth_getLogs", "eth_getFilterLogs",
        "eth_getProof");

    private static readonly FrozenDictionary<string, RpcMethod> Methods = Build();
    private static readonly FrozenDictionary<string, RpcMethod>.AlternateLookup<ReadOnlySpan<char>> ByName =
        Methods.GetAlternateLookup<ReadOnlySpan<char>>();

    public static RpcMethod? Find(ReadOnlySpan<byte> method)
    {
        Span<char> name = stackalloc char[RpcLimits.MethodName];
        if (method.Length > name.Length || Ascii.ToUtf16(method, name, out int length) != OperationStatus.Done) return null;
        return ByName.TryGetValue(name[..length], out RpcMethod? found) ? found : null;
    }

    /// <summary>Whether the call takes a turn of its own.</summary>
    public static bool Executes(in RpcRequest request) => Find(request.Method.Span) is { Executes: true };

    public static bool Sends(in RpcRequest request) => request.Method.Span.StartsWith("eth_sendRawTransaction"u8);

    private static FrozenDictionary<string, RpcMethod> Build()
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
        return table.ToFrozenDictionary(pair => pair.Key, pair => MethodOf(pair.Key, pair.Value), StringComparer.Ordinal);
    }

    private static RpcMethod MethodOf(string name, RpcHandler handler)
    {
        bool executes = Long.Contains(name) || name.StartsWith("trace_", StringComparison.Ordinal) || name.StartsWith("debug_trace", StringComparison.Ordinal);
        return new RpcMethod(executes ? InTurn(handler) : Quick.Contains(name) ? handler : Elsewhere(handler), executes);
    }

    private static RpcHandler Elsewhere(RpcHandler handler) => async call =>
    {
        await Task.Yield();
        return await handler(call);
    };

    private static RpcHandler InTurn(RpcHandler handler) => async call =>
    {
        if (PatientThreads.IsHere) return await handler(call);
        return call.Node.Calls.IsFull ? RpcError.TooManyWait : await call.Node.Calls.RunAsync(() => handler(call).AsTask());
    };
}

/// <param name="Executes">It may take as long as the gas lasts.</param>
internal sealed record RpcMethod(RpcHandler Handler, bool Executes);
