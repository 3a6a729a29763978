using Coco.Ledgers.Ethereum.Tracing;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Executes transactions of committed blocks again for those who ask what they did.</summary>
internal static class BlockReplays
{
    public static RpcError Genesis { get; } = RpcError.Of("genesis is not traceable");

    public static TraceBudget BudgetOf(RpcCall call, ulong? timeoutMs = null) =>
        new(call.Node.Services.Node, Math.Min(timeoutMs ?? RpcLimits.TraceDefaultMs, call.MsLeft), Math.Min(RpcLimits.TraceBytes, call.BytesLeft));

    /// <summary>Whether the caller may see what a transaction did.</summary>
    public static bool IsVisible(RpcCall call, EthereumBlock block, int position)
    {
        ReadOnlySpan<byte> hash = block.Transactions[position].Transaction.Hash.Span;
        return call.May(AccessVerb.Read, "transaction", hash) && call.May(AccessVerb.Read, "trace", hash);
    }

    /// <summary>Opens the state before the block and hands the replay over; stops where the budget is used up.</summary>
    public static RpcError? Run(RpcCall call, EthereumBlock block, Func<BlockReplay, RpcError?> run)
    {
        if (block.Number == 0) return Genesis;
        if (call.Node.OpenStateAfter(block.Number - 1, out ICommittedView before) is { } error) return error;
        using (before)
        {
            var replay = new BlockReplay(
                call.Node.Settings, before, block.Header, number => call.Node.HashBefore(before, number));
            replay.Begin();
            return Guard(() => run(replay));
        }
    }

    /// <summary>Executes all transactions of a block in order, each with the tracer made for it; null leaves it untraced.</summary>
    public static RpcError? RunAll(
        RpcCall call, EthereumBlock block, TraceBudget budget, Func<int, TransactionTracer?> makeTracer,
        Func<int, TransactionTracer, RpcError?> done)
    {
        return Run(call, block, replay =>
        {
            for (int i = 0; i < block.Transactions.Count; i++)
            {
                TransactionTracer? tracer = makeTracer(i);
                if (!replay.TryExecute(block, i, tracer, budget)) return Diverged(block, i);
                if (tracer is not null && done(i, tracer) is { } error) return error;
            }
            return null;
        });
    }

    /// <summary>Executes the transactions before a place, and the one there under a tracer.</summary>
    public static RpcError? RunOne(
        RpcCall call, EthereumBlock block, int position, TraceBudget budget, TransactionTracer tracer)
    {
        return Run(call, block, replay =>
        {
            for (int i = 0; i <= position; i++)
                if (!replay.TryExecute(block, i, i == position ? tracer : null, budget)) return Diverged(block, i);
            return null;
        });
    }

    public static RpcError? Guard(Func<RpcError?> run)
    {
        try
        {
            return run();
        }
        catch (TraceStoppedException stopped)
        {
            return stopped.Error;
        }
    }

    public static RpcError Diverged(EthereumBlock block, int position) => RpcError.Of(
        $"transaction {block.Transactions[position].Transaction.Hash} gave another result when it was executed again");
}
