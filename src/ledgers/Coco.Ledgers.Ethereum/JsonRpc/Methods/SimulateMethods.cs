using Coco.Evm;
using Coco.Ledgers.Ethereum.Tracing;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>eth_simulateV1: blocks of calls that never happen.</summary>
internal static class SimulateMethods
{
    private const int VmError = -32015;

    public static void AddTo(Dictionary<string, RpcHandler> table) => table.Add("eth_simulateV1", Simulate);

    private static ValueTask<RpcError?> Simulate(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        SimulateInput input = parameters.Simulation();
        BlockReference block = parameters.BlockOrLatest();
        if (parameters.End() is { } error) return new ValueTask<RpcError?>(error);
        if (input.Blocks.Count == 0) return new ValueTask<RpcError?>(RpcError.InvalidParams("empty input"));
        if (input.Blocks.Count > RpcLimits.SimulatedBlocks) return new ValueTask<RpcError?>(SimulationPlan.TooManyBlocks);
        return SimulateAsync(call, input, block);
    }

    private static async ValueTask<RpcError?> SimulateAsync(RpcCall call, SimulateInput input, BlockReference reference)
    {
        if (Check(call, input) is { } denied) return denied;
        if (call.Node.OpenState(reference, out ICommittedView view) is { } missing) return missing;
        using (view)
        {
            (BlockHeader header, Hash256 hash) = await call.Node.HeaderOfAsync(view, call.Cancellation);
            if (SimulationPlan.TryMake(input, header, out List<PlannedBlock> plan) is { } wrong) return wrong;
            TraceBudget budget = BlockReplays.BudgetOf(call);
            var run = new SimulationRun(call.Node, input, view, header, hash, budget);
            if (BlockReplays.Guard(() => run.Run(plan)) is { } error) return error;
            Write(call, run.Blocks, input.HasFullTransactions);
        }
        return null;
    }

    private static RpcError? Check(RpcCall call, SimulateInput input)
    {
        foreach (SimulatedBlockInput block in input.Blocks)
        {
            if (!call.May(block.State)) return RpcError.Denied;
            foreach (CallInput one in block.Calls)
            {
                if (one.TryGet(call.Node.Settings.ChainId, out CallRequest request) is { } wrong) return wrong;
                if (!CallMethods.May(call, request)) return RpcError.Denied;
            }
        }
        return null;
    }

    private static void Write(RpcCall call, IReadOnlyList<SimulatedBlock> blocks, bool hasFullTransactions)
    {
        ByteWriter json = call.Result;
        json.WriteByte((byte)'[');
        foreach (SimulatedBlock block in blocks)
        {
            json.Separate();
            json.Block(block.Block, hasFullTransactions);
            // The calls are one field more of the block.
            json.Truncate(json.Length - 1);
            json.Name("calls"u8);
            json.WriteByte((byte)'[');
            for (int i = 0; i < block.Calls.Count; i++)
            {
                json.Separate();
                Write(json, block, i);
            }
            json.Raw("]}"u8);
        }
        json.WriteByte((byte)']');
    }

    private static void Write(ByteWriter json, SimulatedBlock block, int position)
    {
        SimulatedCall call = block.Calls[position];
        json.WriteByte((byte)'{');
        json.Data("returnData"u8, call.Output.Span);
        json.Name("logs"u8);
        json.WriteByte((byte)'[');
        foreach (SimulatedLog log in call.Logs)
        {
            json.Separate();
            json.Log(block.Block, position, log.Log, log.Index);
        }
        json.WriteByte((byte)']');
        json.Field("gasUsed"u8, call.GasUsed);
        json.Field("maxUsedGas"u8, call.MostGasUsed);
        json.Field("status"u8, call.Error == EvmError.None ? 1UL : 0UL);
        if (call.Error != EvmError.None) WriteError(json, call);
        json.WriteByte((byte)'}');
    }

    private static void WriteError(ByteWriter json, SimulatedCall call)
    {
        bool isReverted = call.Error == EvmError.Reverted;
        RpcError error = isReverted ? CallErrors.Reverted(call.Output) : new RpcError(VmError, GethErrors.Of(call.Error, call.Failed));
        json.Name("error"u8);
        json.WriteByte((byte)'{');
        json.Name("message"u8);
        json.Text(error.Message);
        json.Name("code"u8);
        json.Number(error.Code);
        if (isReverted) json.Data("data"u8, call.Output.Span);
        json.WriteByte((byte)'}');
    }
}
