using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Calls that change nothing.</summary>
internal static class CallMethods
{
    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("eth_call", Call);
        table.Add("eth_estimateGas", EstimateGas);
    }

    private static ValueTask<RpcError?> Done(RpcError? error) => new(error);

    /// <summary>Checks the call and opens the state that it is for.</summary>
    public static RpcError? Open(
        RpcCall call, RpcError? wrong, CallInput input, BlockReference block, out CallRequest request, out ICommittedView view)
    {
        view = null!;
        request = null!;
        if (wrong is not null) return wrong;
        if (input.TryGet(call.Node.Settings.ChainId, out request) is { } error) return error;
        Address target = request.To ?? request.From;
        return call.May(AccessVerb.Call, "account", target.Span) ? call.Node.OpenState(block, out view) : RpcError.Denied;
    }

    private static ValueTask<RpcError?> Call(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        CallInput input = parameters.Call();
        BlockReference block = parameters.BlockOrLatest();
        parameters.NoOverrides("state overrides");
        parameters.NoOverrides("block overrides");
        if (Open(call, parameters.End(), input, block, out CallRequest request, out ICommittedView view) is { } error)
            return Done(error);
        using (view)
        {
            var queries = new StateQueries(call.Node.Settings, view);
            CallResult result = queries.Call(request, call.Node.Environment(queries, view));
            if (CallErrors.Of(result, request, queries) is { } failed) return Done(failed);
            call.Result.Data(result.Output.Span);
        }
        return Done(null);
    }

    private static ValueTask<RpcError?> EstimateGas(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        CallInput input = parameters.Call();
        BlockReference block = parameters.BlockOrLatest();
        parameters.NoOverrides("state overrides");
        parameters.NoOverrides("block overrides");
        if (Open(call, parameters.End(), input, block, out CallRequest request, out ICommittedView view) is { } error)
            return Done(error);
        using (view)
        {
            var queries = new StateQueries(call.Node.Settings, view);
            GasEstimate estimate = queries.EstimateGas(request, call.Node.Environment(queries, view));
            if (estimate.Gas is not { } gas) return Done(CallErrors.Of(estimate, request, queries));
            call.Result.Quantity(gas);
        }
        return Done(null);
    }
}
