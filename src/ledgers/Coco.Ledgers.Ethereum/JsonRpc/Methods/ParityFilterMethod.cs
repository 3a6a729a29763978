using Coco.Ledgers.Ethereum.Tracing;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>trace_filter: traces of a range of blocks by sender and target.</summary>
internal static class ParityFilterMethod
{
    public static ValueTask<RpcError?> Answer(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        ParityFilter filter = parameters.TraceFilter();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : AnswerAsync(call, filter);
    }

    private static async ValueTask<RpcError?> AnswerAsync(RpcCall call, ParityFilter filter)
    {
        ulong head = call.Node.HeadNumber;
        ulong from = Math.Max(NumberOf(filter.From, head), 1), to = Math.Min(NumberOf(filter.To, head), head);
        if (NumberOf(filter.From, head) > NumberOf(filter.To, head)) return RpcError.InvalidParams("invalid block range params");
        if (to >= from && to - from >= RpcLimits.TracedBlocks)
            return RpcError.InvalidParams($"block range is too large; it is limited to {RpcLimits.TracedBlocks} blocks");
        if (filter.Count > RpcLimits.Traces) return RpcError.InvalidParams($"count is limited to {RpcLimits.Traces}");
        TraceBudget budget = BlockReplays.BudgetOf(call);
        var chosen = new Chosen(filter);
        call.Result.WriteByte((byte)'[');
        for (ulong number = from; number <= to && !chosen.IsFull; number++)
        {
            EthereumBlock? block = await call.Node.Chain.BlockAsync(number, call.Cancellation);
            if (block is null || !BlockMethods.IsVisible(call, block)) continue;
            if (ParityMethods.WriteBlock(call, block, budget, chosen.Take) is { } error) return error;
            if (chosen.IsTooMany) return RpcError.InvalidParams($"more than {RpcLimits.Traces} traces: use after and count, or fewer blocks");
        }
        call.Result.WriteByte((byte)']');
        return null;
    }

    private static ulong NumberOf(BlockReference block, ulong head) => block.Tag switch
    {
        BlockTag.Number => block.Number,
        BlockTag.Earliest => 0,
        _ => head,
    };

    /// <summary>Counts what matches, to leave out what comes before and after the part that is asked for.</summary>
    private sealed class Chosen(ParityFilter filter)
    {
        private ulong _matched, _taken;

        public bool IsFull => filter.Count is { } count && _taken >= count;

        public bool IsTooMany => _taken > RpcLimits.Traces;

        public bool Take(FlatTrace trace)
        {
            if (IsFull || IsTooMany || !filter.Matches(trace.Call) || _matched++ < filter.After) return false;
            _taken++;
            return true;
        }
    }
}
