namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>eth_subscribe and eth_unsubscribe; over WebSocket only.</summary>
internal static class SubscriptionMethods
{
    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("eth_subscribe", static call => new ValueTask<RpcError?>(Subscribe(call)));
        table.Add("eth_unsubscribe", static call => new ValueTask<RpcError?>(Unsubscribe(call)));
    }

    private static RpcError? Subscribe(RpcCall call)
    {
        if (call.Stream is not { } stream) return RpcError.NoNotifications;
        ParamsReader parameters = call.Params();
        string name = parameters.Text();
        if (parameters.Error is not null) return RpcError.InvalidParams("expected subscription name as first argument");
        SubscriptionKind kind;
        LogFilter? filter = null;
        bool isFull = false;
        switch (name)
        {
            case "newHeads": kind = SubscriptionKind.NewHeads; break;
            case "syncing": kind = SubscriptionKind.Syncing; break;
            case "logs":
                kind = SubscriptionKind.Logs;
                filter = parameters.LogFilterOrAll();
                break;
            case "newPendingTransactions":
                kind = SubscriptionKind.Transactions;
                isFull = parameters.OptionalBool();
                break;
            default: return new RpcError(-32601, $"no \"{name}\" subscription in eth namespace");
        }
        if (parameters.End() is { } error) return error;
        if (stream.Create(kind, filter, isFull) is not { } subscription) return RpcError.Of("too many subscriptions");
        call.Result.Text(subscription.Id);
        return null;
    }

    private static RpcError? Unsubscribe(RpcCall call)
    {
        if (call.Stream is not { } stream) return RpcError.NoNotifications;
        ParamsReader parameters = call.Params();
        string id = parameters.Text();
        if (parameters.End() is { } error) return error;
        if (!stream.Session.Remove(id)) return RpcError.Of("subscription not found");
        call.Result.Bool(true);
        return null;
    }
}
