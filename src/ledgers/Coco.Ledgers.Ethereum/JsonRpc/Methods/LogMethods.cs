namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Logs of any age.</summary>
internal static class LogMethods
{
    private const int TooManyResults = -32005;

    public static void AddTo(Dictionary<string, RpcHandler> table) => table.Add("eth_getLogs", static call =>
    {
        ParamsReader parameters = call.Params();
        LogFilter filter = parameters.LogFilter();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : WriteAsync(call, filter);
    });

    /// <summary>All logs that match, in one array.</summary>
    public static async ValueTask<RpcError?> WriteAsync(RpcCall call, LogFilter filter)
    {
        ulong head = call.Node.HeadNumber;
        ulong from = NumberOf(filter.From, head), to = NumberOf(filter.To, head);
        if (filter.BlockHash is { } hash)
        {
            if (await call.Node.Chain.BlockAsync(hash, call.Cancellation) is not { } block) return RpcError.UnknownBlock;
            from = to = block.Number;
        }
        if (from > to) return RpcError.InvalidParams("invalid block range params");
        call.Result.WriteByte((byte)'[');
        (int count, _) = await LogSearch.WriteAsync(call, filter, from, Math.Min(to, head), RpcLimits.Logs + 1);
        call.Result.WriteByte((byte)']');
        return count <= RpcLimits.Logs ? null : new RpcError(TooManyResults, $"query returned more than {RpcLimits.Logs} results");
    }

    private static ulong NumberOf(BlockReference? block, ulong head) => block?.Tag switch
    {
        BlockTag.Number => block.Value.Number,
        BlockTag.Earliest => 0,
        _ => head,
    };
}
