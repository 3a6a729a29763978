using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Filters that clients poll. Each poll tells what came since the last: every block once, in order.</summary>
internal static class FilterMethods
{
    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("eth_newFilter", NewLogFilter);
        table.Add("eth_newBlockFilter", static call => New(call, FilterKind.Blocks));
        table.Add("eth_newPendingTransactionFilter", static call => New(call, FilterKind.Transactions));
        table.Add("eth_uninstallFilter", Uninstall);
        table.Add("eth_getFilterChanges", GetChanges);
        table.Add("eth_getFilterLogs", GetLogs);
    }

    private static ValueTask<RpcError?> NewLogFilter(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        LogFilter logs = parameters.LogFilter();
        RpcError? error = parameters.End();
        if (error is null) error = Add(call, FilterKind.Logs, logs);
        return new ValueTask<RpcError?>(error);
    }

    private static ValueTask<RpcError?> New(RpcCall call, FilterKind kind)
    {
        ParamsReader parameters = call.Params();
        // Whether whole transactions are wanted: the hashes are told in any case.
        if (kind == FilterKind.Transactions) parameters.OptionalBool();
        RpcError? error = parameters.End();
        return new ValueTask<RpcError?>(error ?? Add(call, kind, null));
    }

    private static RpcError? Add(RpcCall call, FilterKind kind, LogFilter? logs)
    {
        ulong next = call.Node.HeadNumber + 1;
        if (logs?.From is { Tag: BlockTag.Number } from && from.Number > next) next = from.Number;
        if (call.Node.Filters.Add(new PollFilter(kind, logs, next)) is not { } id) return RpcError.Of("too many filters");
        call.Result.Text(id);
        return null;
    }

    private static ValueTask<RpcError?> Uninstall(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        string id = parameters.Text();
        RpcError? error = parameters.End();
        if (error is null) call.Result.Bool(call.Node.Filters.Remove(id));
        return new ValueTask<RpcError?>(error);
    }

    private static ValueTask<RpcError?> GetChanges(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        string id = parameters.Text();
        if (parameters.End() is { } error) return new ValueTask<RpcError?>(error);
        return call.Node.Filters.Find(id) is { } filter ? GetChangesAsync(call, filter) : new ValueTask<RpcError?>(RpcError.FilterNotFound);
    }

    private static async ValueTask<RpcError?> GetChangesAsync(RpcCall call, PollFilter filter)
    {
        await filter.Gate.WaitAsync(call.Cancellation);
        try
        {
            call.Result.WriteByte((byte)'[');
            switch (filter.Kind)
            {
                case FilterKind.Blocks: await WriteBlocksAsync(call, filter); break;
                case FilterKind.Logs: await WriteLogsAsync(call, filter); break;
                default: WriteHashes(call, call.Node.Filters.TakeHashes(filter)); break;
            }
            call.Result.WriteByte((byte)']');
            return null;
        }
        finally
        {
            filter.Gate.Release();
        }
    }

    private static async ValueTask WriteBlocksAsync(RpcCall call, PollFilter filter)
    {
        ulong to = Math.Min(call.Node.HeadNumber, filter.Next + RpcLimits.FilterItems - 1);
        for (ulong number = filter.Next; number <= to; number++)
        {
            if (await call.Node.Chain.BlockAsync(number, call.Cancellation) is not { } block) break;
            filter.Next = number + 1;
            if (!BlockMethods.IsVisible(call, block)) continue;
            call.Result.Separate();
            call.Result.Data(block.Hash.Span);
        }
    }

    private static async ValueTask WriteLogsAsync(RpcCall call, PollFilter filter)
    {
        ulong to = call.Node.HeadNumber;
        if (filter.Logs!.To is { Tag: BlockTag.Number } most) to = Math.Min(to, most.Number);
        if (filter.Next > to) return;
        (_, filter.Next) = await LogSearch.WriteAsync(call, filter.Logs, filter.Next, to, RpcLimits.FilterItems);
    }

    private static void WriteHashes(RpcCall call, Hash256[] hashes)
    {
        foreach (Hash256 hash in hashes)
        {
            if (!call.May(AccessVerb.Read, "transaction", hash.Span)) continue;
            call.Result.Separate();
            call.Result.Data(hash.Span);
        }
    }

    private static ValueTask<RpcError?> GetLogs(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        string id = parameters.Text();
        if (parameters.End() is { } error) return new ValueTask<RpcError?>(error);
        return call.Node.Filters.Find(id) is { Kind: FilterKind.Logs } filter
            ? LogMethods.WriteAsync(call, filter.Logs!) : new ValueTask<RpcError?>(RpcError.FilterNotFound);
    }
}
