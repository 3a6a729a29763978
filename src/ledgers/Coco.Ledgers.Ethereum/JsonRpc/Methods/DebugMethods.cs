using Coco.Evm;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum.Tracing;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>debug_trace*: what transactions did, as geth tells it.</summary>
internal static class DebugMethods
{
    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("debug_traceTransaction", TraceTransaction);
        table.Add("debug_traceCall", TraceCall);
        table.Add("debug_traceBlockByNumber", static call => TraceBlock(call, isByHash: false));
        table.Add("debug_traceBlockByHash", static call => TraceBlock(call, isByHash: true));
        table.Add("debug_traceBlock", TraceEncodedBlock);
    }

    private static ValueTask<RpcError?> TraceTransaction(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        Hash256 hash = parameters.Hash();
        TraceOptions options = parameters.TraceOptions();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : TraceTransactionAsync(call, hash, options);
    }

    private static async ValueTask<RpcError?> TraceTransactionAsync(RpcCall call, Hash256 hash, TraceOptions options)
    {
        if (await call.Node.TransactionAsync(hash, call.Cancellation) is not { } found
            || !BlockReplays.IsVisible(call, found.Block, found.Position)) return RpcError.Of("transaction not found");
        TraceBudget budget = BlockReplays.BudgetOf(call, options.TimeoutMs);
        if (Tracers.TryMake(options, budget, out TransactionTracer tracer) is { } wrong) return wrong;
        if (BlockReplays.RunOne(call, found.Block, found.Position, budget, tracer) is { } error) return error;
        tracer.Write(call.Result);
        return null;
    }

    private static ValueTask<RpcError?> TraceBlock(RpcCall call, bool isByHash)
    {
        ParamsReader parameters = call.Params();
        BlockReference block = isByHash ? new BlockReference(BlockTag.Hash, 0, parameters.Hash()) : parameters.BlockNumber();
        TraceOptions options = parameters.TraceOptions();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : TraceBlockAsync(call, block, options);
    }

    private static async ValueTask<RpcError?> TraceBlockAsync(RpcCall call, BlockReference reference, TraceOptions options)
    {
        EthereumBlock? block = await call.Node.BlockAsync(reference, call.Cancellation);
        if (block is not null && BlockMethods.IsVisible(call, block)) return TraceBlock(call, block, options);
        return RpcError.Of(reference.Tag == BlockTag.Hash ? $"block {reference.Hash} not found" : $"block #{reference.Number} not found");
    }

    private static ValueTask<RpcError?> TraceEncodedBlock(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        byte[] rlp = parameters.Bytes();
        TraceOptions options = parameters.TraceOptions();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : TraceEncodedBlockAsync(call, rlp, options);
    }

    /// <summary>A block that need not be of this chain: its parent must be.</summary>
    private static async ValueTask<RpcError?> TraceEncodedBlockAsync(RpcCall call, byte[] rlp, TraceOptions options)
    {
        if (!Block.TryDecode(rlp, out Block? block, out string? wrong)) return RpcError.Of($"could not decode block: {wrong}");
        if (block!.Header.Number == 0) return BlockReplays.Genesis;
        EthereumBlock? parent = await call.Node.Chain.BlockAsync(block.Header.ParentHash, call.Cancellation);
        if (parent is null || parent.Number + 1 != block.Header.Number || !BlockMethods.IsVisible(call, parent))
            return RpcError.Of($"parent {block.Header.ParentHash} not found");
        var transactions = new BlockTransaction[block.Transactions.Count];
        for (int i = 0; i < transactions.Length; i++)
        {
            if (!SenderRecovery.TryRecover(block.Transactions[i], false, out Address sender)) return RpcError.Of("invalid sender");
            transactions[i] = new BlockTransaction(block.Transactions[i], sender);
        }
        return TraceBlock(
            call,
            new EthereumBlock { Header = block.Header, Hash = block.Header.Hash(), Transactions = transactions, Receipts = [] }, options);
    }

    private static RpcError? TraceBlock(RpcCall call, EthereumBlock block, TraceOptions options)
    {
        TraceBudget budget = BlockReplays.BudgetOf(call, options.TimeoutMs);
        if (Tracers.TryMake(options, budget, out _) is { } wrong) return wrong;
        ByteWriter json = call.Result;
        json.WriteByte((byte)'[');
        RpcError? error = BlockReplays.RunAll(
            call, block, budget, position => MakeTracer(call, block, position, options, budget), (position, tracer) =>
            {
                json.Separate();
                json.WriteByte((byte)'{');
                json.Field("txHash"u8, block.Transactions[position].Transaction.Hash);
                json.Name("result"u8);
                tracer.Write(json);
                json.WriteByte((byte)'}');
                return null;
            });
        json.WriteByte((byte)']');
        return error;
    }

    /// <summary>Transactions that the caller may not see are executed but not told of.</summary>
    private static TransactionTracer? MakeTracer(
        RpcCall call, EthereumBlock block, int position, TraceOptions options, TraceBudget budget)
    {
        if (!BlockReplays.IsVisible(call, block, position)) return null;
        Tracers.TryMake(options, budget, out TransactionTracer tracer);
        return tracer;
    }

    private static ValueTask<RpcError?> TraceCall(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        CallInput input = parameters.Call();
        BlockReference block = parameters.Block();
        TraceOptions options = parameters.TraceOptions();
        if (parameters.End() is { } error) return new ValueTask<RpcError?>(error);
        if (input.TryGet(call.Node.Settings.ChainId, out CallRequest request) is { } wrong) return new ValueTask<RpcError?>(wrong);
        bool may = CallMethods.May(call, request) && call.May(options.StateOverrides) && call.May(AccessVerb.Read, "trace", (request.To ?? request.From).Span);
        return may ? TraceCallAsync(call, request, block, options) : new ValueTask<RpcError?>(RpcError.Denied);
    }

    private static async ValueTask<RpcError?> TraceCallAsync(
        RpcCall call, CallRequest request, BlockReference reference, TraceOptions options)
    {
        TraceBudget budget = BlockReplays.BudgetOf(call, options.TimeoutMs);
        if (Tracers.TryMake(options, budget, out TransactionTracer tracer) is { } error) return error;
        if (options.TransactionIndex is { } index) return await TraceCallInBlockAsync(call, request, reference, options, index, tracer, budget);
        if (call.Node.OpenState(reference, out ICommittedView view) is { } missing) return missing;
        using (view)
        {
            (BlockHeader header, Hash256 hash) = await call.Node.HeaderOfAsync(view, call.Cancellation);
            var queries = new StateQueries(call.Node.Settings, view);
            BlockEnvironment environment = queries.Environment(header, hash);
            if (queries.Override(options.StateOverrides, options.BlockOverrides, ref environment) is { } wrong) return RpcError.Of(wrong);
            if (BlockReplays.Guard(() => Refused(queries.Trace(request, environment, tracer, budget), request)) is { } failed) return failed;
        }
        tracer.Write(call.Result);
        return null;
    }

    /// <summary>Runs the call between two transactions of a block.</summary>
    private static async ValueTask<RpcError?> TraceCallInBlockAsync(
        RpcCall call, CallRequest request, BlockReference reference, TraceOptions options, ulong index, TransactionTracer tracer,
        TraceBudget budget)
    {
        if (options.StateOverrides is not null || options.BlockOverrides is not null)
            return RpcError.Of("overrides are not supported together with txIndex");
        if (await call.Node.BlockAsync(reference, call.Cancellation) is not { } block || !BlockMethods.IsVisible(call, block))
            return RpcError.HeaderNotFound;
        RpcError? error = BlockReplays.Run(call, block, replay =>
        {
            for (int i = 0; i < block.Transactions.Count && (ulong)i < index; i++)
                if (!replay.TryExecute(block, i, null, budget)) return BlockReplays.Diverged(block, i);
            CallResult result = StateQueries.Trace(
                request, replay.Environment, replay.State, QueryMachine.OfThread.Processor, tracer, budget);
            return Refused(result, request);
        });
        if (error is null) tracer.Write(call.Result);
        return error;
    }

    private static RpcError? Refused(CallResult result, CallRequest request) => result.Refusal is null ? null
        : RpcError.Of($"tracing failed: {CallErrors.Of(result, request)!.Message}");
}
