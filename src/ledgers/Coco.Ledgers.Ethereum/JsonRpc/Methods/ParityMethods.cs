using Coco.Evm;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum.Tracing;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>trace_*: what transactions did, as Parity told it and Erigon, Nethermind, Reth and Besu do.</summary>
internal static class ParityMethods
{
    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("trace_block", TraceBlock);
        table.Add("trace_transaction", TraceTransaction);
        table.Add("trace_get", Get);
        table.Add("trace_replayTransaction", ReplayTransaction);
        table.Add("trace_replayBlockTransactions", ReplayBlock);
        table.Add("trace_call", TraceCall);
        table.Add("trace_callMany", TraceCalls);
        table.Add("trace_rawTransaction", TraceRaw);
        table.Add("trace_filter", ParityFilterMethod.Answer);
    }

    /// <summary>Writes the traces of all transactions of a block that the caller may see; <paramref name="isWanted"/> chooses among them.</summary>
    public static RpcError? WriteBlock(RpcCall call, EthereumBlock block, TraceBudget budget, Func<FlatTrace, bool> isWanted) =>
        block.Transactions.Count == 0 ? null : BlockReplays.RunAll(
            call, block, budget, position => BlockReplays.IsVisible(call, block, position) ? new ParityTracer(default, budget) : null,
            (position, tracer) =>
            {
                WriteTraces(call.Result, ((ParityTracer)tracer).Traces(), PlaceOf(block, position), isWanted);
                return null;
            });

    private static TracePlace PlaceOf(EthereumBlock block, int position) =>
        new(block.Hash, block.Number, block.Transactions[position].Transaction.Hash, position);

    private static void WriteTraces(ByteWriter json, List<FlatTrace> traces, TracePlace place, Func<FlatTrace, bool> isWanted)
    {
        foreach (FlatTrace trace in traces)
        {
            if (!isWanted(trace)) continue;
            json.Separate();
            ParityTraces.Write(json, trace, place);
        }
    }

    private static ValueTask<RpcError?> TraceBlock(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        BlockReference block = parameters.Block();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : TraceBlockAsync(call, block);
    }

    private static async ValueTask<RpcError?> TraceBlockAsync(RpcCall call, BlockReference reference)
    {
        EthereumBlock? block = await call.Node.BlockAsync(reference, call.Cancellation);
        if (block is null || !BlockMethods.IsVisible(call, block))
        {
            call.Result.Null();
            return null;
        }
        call.Result.WriteByte((byte)'[');
        RpcError? error = WriteBlock(call, block, BlockReplays.BudgetOf(call), static _ => true);
        call.Result.WriteByte((byte)']');
        return error;
    }

    private static ValueTask<RpcError?> TraceTransaction(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        Hash256 hash = parameters.Hash();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : TraceTransactionAsync(call, hash, null);
    }

    private static ValueTask<RpcError?> Get(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        Hash256 hash = parameters.Hash();
        List<ulong> address = parameters.Positions();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : TraceTransactionAsync(call, hash, address);
    }

    /// <summary>All traces of a transaction, or the one at an address; null where there is none.</summary>
    private static async ValueTask<RpcError?> TraceTransactionAsync(RpcCall call, Hash256 hash, List<ulong>? address)
    {
        if (await call.Node.TransactionAsync(hash, call.Cancellation) is not { } found
            || !BlockReplays.IsVisible(call, found.Block, found.Position))
        {
            call.Result.Null();
            return null;
        }
        TraceBudget budget = BlockReplays.BudgetOf(call);
        var tracer = new ParityTracer(default, budget);
        if (BlockReplays.RunOne(call, found.Block, found.Position, budget, tracer) is { } error) return error;
        TracePlace place = PlaceOf(found.Block, found.Position);
        if (address is null)
        {
            call.Result.WriteByte((byte)'[');
            WriteTraces(call.Result, tracer.Traces(), place, static _ => true);
            call.Result.WriteByte((byte)']');
            return null;
        }
        FlatTrace trace = tracer.Traces().Find(trace => trace.Address.Select(static step => (ulong)step).SequenceEqual(address));
        if (trace.Call is null) call.Result.Null();
        else ParityTraces.Write(call.Result, trace, place);
        return null;
    }

    private static ValueTask<RpcError?> ReplayTransaction(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        Hash256 hash = parameters.Hash();
        ParityKinds kinds = parameters.TraceKinds();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : ReplayTransactionAsync(call, hash, kinds);
    }

    private static async ValueTask<RpcError?> ReplayTransactionAsync(RpcCall call, Hash256 hash, ParityKinds kinds)
    {
        if (await call.Node.TransactionAsync(hash, call.Cancellation) is not { } found
            || !BlockReplays.IsVisible(call, found.Block, found.Position)) return RpcError.Of("transaction not found");
        TraceBudget budget = BlockReplays.BudgetOf(call);
        var tracer = new ParityTracer(kinds, budget);
        if (BlockReplays.RunOne(call, found.Block, found.Position, budget, tracer) is { } error) return error;
        tracer.Write(call.Result);
        return null;
    }

    private static ValueTask<RpcError?> ReplayBlock(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        BlockReference block = parameters.Block();
        ParityKinds kinds = parameters.TraceKinds();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : ReplayBlockAsync(call, block, kinds);
    }

    private static async ValueTask<RpcError?> ReplayBlockAsync(RpcCall call, BlockReference reference, ParityKinds kinds)
    {
        EthereumBlock? block = await call.Node.BlockAsync(reference, call.Cancellation);
        if (block is null || !BlockMethods.IsVisible(call, block)) return RpcError.Of("block not found");
        TraceBudget budget = BlockReplays.BudgetOf(call);
        ByteWriter json = call.Result;
        json.WriteByte((byte)'[');
        RpcError? error = block.Transactions.Count == 0 ? null : BlockReplays.RunAll(
            call, block, budget, position => BlockReplays.IsVisible(call, block, position) ? new ParityTracer(kinds, budget) : null,
            (position, tracer) =>
            {
                json.Separate();
                ((ParityTracer)tracer).Write(json, block.Transactions[position].Transaction.Hash);
                return null;
            });
        json.WriteByte((byte)']');
        return error;
    }

    private static ValueTask<RpcError?> TraceCall(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        CallInput input = parameters.Call();
        ParityKinds kinds = parameters.TraceKinds();
        BlockReference block = parameters.BlockOrLatest();
        if (parameters.End() is { } error) return new ValueTask<RpcError?>(error);
        if (input.TryGet(call.Node.Settings.ChainId, out CallRequest request) is { } wrong) return new ValueTask<RpcError?>(wrong);
        return RunAsync(call, [(request, kinds)], block, isList: false);
    }

    private static ValueTask<RpcError?> TraceCalls(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        List<(CallInput Call, ParityKinds Kinds)> inputs = parameters.TracedCalls();
        BlockReference block = parameters.BlockOrLatest();
        if (parameters.End() is { } error) return new ValueTask<RpcError?>(error);
        var requests = new List<(CallRequest, ParityKinds)>();
        foreach ((CallInput input, ParityKinds kinds) in inputs)
        {
            if (input.TryGet(call.Node.Settings.ChainId, out CallRequest request) is { } wrong) return new ValueTask<RpcError?>(wrong);
            requests.Add((request, kinds));
        }
        return RunAsync(call, requests, block, isList: true);
    }

    private static ValueTask<RpcError?> TraceRaw(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        byte[] raw = parameters.Bytes();
        ParityKinds kinds = parameters.TraceKinds();
        if (parameters.End() is { } error) return new ValueTask<RpcError?>(error);
        if (!TransactionDecoder.TryDecode(raw, out EthereumTransaction? transaction, out string? wrong))
            return new ValueTask<RpcError?>(RpcError.Of(wrong!));
        if (!SenderRecovery.TryRecover(transaction!, false, out Address sender))
            return new ValueTask<RpcError?>(RpcError.Of("invalid sender"));
        return RunAsync(call, [(CallRequest.Of(transaction!, sender), kinds)], default, isList: false);
    }

    /// <summary>Runs calls one after the other, each on what those before it did.</summary>
    private static async ValueTask<RpcError?> RunAsync(
        RpcCall call, List<(CallRequest Request, ParityKinds Kinds)> requests, BlockReference reference, bool isList)
    {
        foreach ((CallRequest request, _) in requests)
        {
            bool may = CallMethods.May(call, request) && call.May(AccessVerb.Read, "trace", (request.To ?? request.From).Span);
            if (!may) return RpcError.Denied;
        }
        if (call.Node.OpenState(reference, out ICommittedView view) is { } missing) return missing;
        TraceBudget budget = BlockReplays.BudgetOf(call);
        using (view)
        {
            (BlockHeader header, Hash256 hash) = await call.Node.HeaderOfAsync(view, call.Cancellation);
            var queries = new StateQueries(call.Node.Settings, view);
            BlockEnvironment environment = queries.Environment(header, hash);
            if (isList) call.Result.WriteByte((byte)'[');
            queries.Begin();
            RpcError? error = BlockReplays.Guard(() => RunAll(call.Result, requests, queries, environment, budget));
            if (isList) call.Result.WriteByte((byte)']');
            return error;
        }
    }

    private static RpcError? RunAll(
        ByteWriter json, List<(CallRequest Request, ParityKinds Kinds)> requests, StateQueries queries, BlockEnvironment environment,
        TraceBudget budget)
    {
        foreach ((CallRequest request, ParityKinds kinds) in requests)
        {
            budget.CheckTime();
            var tracer = new ParityTracer(kinds, budget);
            CallResult result = queries.TraceNext(request, environment, tracer, budget);
            if (result.Refusal is not null) return CallErrors.Of(result, request);
            if (requests.Count > 1) json.Separate();
            tracer.Write(json);
        }
        return null;
    }
}
