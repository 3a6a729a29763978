using Coco.Evm;
using Coco.Ledgers.Ethereum.Tracing;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>eth_createAccessList: what a call would touch, as a list of EIP-2930.</summary>
internal static class AccessListMethods
{
    public static void AddTo(Dictionary<string, RpcHandler> table) =>
        table.Add("eth_createAccessList", static call => CallMethods.Answer(call, hasBlockOverrides: false, Find));

    /// <summary>Runs the call with the list found so far until nothing new turns up: a list changes what gas is left, and so what is done.</summary>
    private static RpcError? Find(RpcCall call, CallRequest request, StateQueries queries, BlockEnvironment environment)
    {
        Address target = request.To ?? ContractAddress.OfNonce(request.From, queries.Account(request.From).Nonce);
        int known = -1;
        for (int round = 0; ; round++)
        {
            var touched = new TouchedState(request.From, target, environment.Fork);
            touched.AddAll(request.AccessList);
            var tracer = new AccessTracer(touched);
            CallResult result = queries.Call(request, environment, ref tracer);
            if (result.Refusal is not null) return CallErrors.Of(result, request);
            if (touched.Count == known || round == RpcLimits.AccessListRounds)
            {
                Write(call.Result, request.AccessList, result);
                return null;
            }
            known = touched.Count;
            request = request with { AccessList = touched.ToList() };
        }
    }

    private static void Write(ByteWriter json, IReadOnlyList<AccessListItem> list, CallResult result)
    {
        json.WriteByte((byte)'{');
        TransactionOutput.WriteAccessList(json, list);
        if (!result.IsSuccess)
        {
            json.Name("error"u8);
            json.Text(GethErrors.Of(result.Error, result.Failed));
        }
        json.Field("gasUsed"u8, result.GasUsed);
        json.WriteByte((byte)'}');
    }
}
