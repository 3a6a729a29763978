using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>A call on a state, with what it pretends.</summary>
internal sealed record CallQuestion(CallInput Input, BlockReference Block, StateOverrides? State, BlockOverrides? BlockOverrides)
{
    public static CallQuestion Read(ref ParamsReader parameters, bool hasBlockOverrides)
    {
        CallInput input = parameters.Call();
        BlockReference block = parameters.BlockOrLatest();
        StateOverrides? state = parameters.StateOverrides();
        return new CallQuestion(input, block, state, hasBlockOverrides ? parameters.BlockOverrides() : null);
    }
}

/// <summary>Calls that change nothing.</summary>
internal static class CallMethods
{
    /// <summary>Runs a call on an opened state.</summary>
    public delegate RpcError? Runner(RpcCall call, CallRequest request, StateQueries queries, BlockEnvironment environment);

    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("eth_call", static call => Answer(call, hasBlockOverrides: true, Call));
        table.Add("eth_estimateGas", static call => Answer(call, hasBlockOverrides: true, EstimateGas));
    }

    /// <summary>Reads the question, opens the state that it is for, and runs it.</summary>
    public static ValueTask<RpcError?> Answer(RpcCall call, bool hasBlockOverrides, Runner run)
    {
        ParamsReader parameters = call.Params();
        CallQuestion question = CallQuestion.Read(ref parameters, hasBlockOverrides);
        RpcError? wrong = parameters.End() ?? (call.May(question.State) ? null : RpcError.Denied);
        if (Open(call, wrong, question.Input, question.Block, out CallRequest request, out ICommittedView view) is { } error)
            return new ValueTask<RpcError?>(error);
        return RunAsync(call, question, request, view, run);
    }

    /// <summary>Checks the call and opens the state that it is for.</summary>
    public static RpcError? Open(
        RpcCall call, RpcError? wrong, CallInput input, BlockReference block, out CallRequest request, out ICommittedView view)
    {
        view = null!;
        request = null!;
        if (wrong is not null) return wrong;
        if (input.TryGet(call.Node.Settings.ChainId, out request) is { } error) return error;
        return May(call, request) ? call.Node.OpenState(block, out view) : RpcError.Denied;
    }

    public static bool May(RpcCall call, CallRequest request) => call.May(AccessVerb.Call, "account", (request.To ?? request.From).Span);

    private static async ValueTask<RpcError?> RunAsync(
        RpcCall call, CallQuestion question, CallRequest request, ICommittedView view, Runner run)
    {
        using (view)
        {
            (BlockHeader header, Hash256 hash) = await call.Node.HeaderOfAsync(view, call.Cancellation);
            var queries = new StateQueries(call.Node.Settings, view);
            BlockEnvironment environment = queries.Environment(header, hash);
            if (queries.Override(question.State, question.BlockOverrides, ref environment) is { } wrong) return RpcError.Of(wrong);
            return run(call, request, queries, environment);
        }
    }

    private static RpcError? Call(RpcCall call, CallRequest request, StateQueries queries, BlockEnvironment environment)
    {
        CallResult result = queries.Call(request, environment);
        if (CallErrors.Of(result, request) is { } failed) return failed;
        call.Result.Data(result.Output.Span);
        return null;
    }

    private static RpcError? EstimateGas(RpcCall call, CallRequest request, StateQueries queries, BlockEnvironment environment)
    {
        GasEstimate estimate = queries.EstimateGas(request, environment);
        if (estimate.Gas is not { } gas) return CallErrors.Of(estimate);
        call.Result.Quantity(gas);
        return null;
    }
}
