using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Transactions and receipts of any age.</summary>
internal static class TransactionMethods
{
    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("eth_getTransactionReceipt", GetReceipt);
        table.Add("eth_getTransactionByHash", static call => Get(call, isRaw: false));
        table.Add("eth_getRawTransactionByHash", static call => Get(call, isRaw: true));
        table.Add("eth_getTransactionByBlockNumberAndIndex", static call => GetAt(call, isByHash: false, isRaw: false));
        table.Add("eth_getTransactionByBlockHashAndIndex", static call => GetAt(call, isByHash: true, isRaw: false));
        table.Add("eth_getRawTransactionByBlockNumberAndIndex", static call => GetAt(call, isByHash: false, isRaw: true));
        table.Add("eth_getRawTransactionByBlockHashAndIndex", static call => GetAt(call, isByHash: true, isRaw: true));
        table.Add("debug_getRawTransaction", static call => Get(call, isRaw: true));
    }

    /// <summary>Writes the receipt, or null if the caller may not see it.</summary>
    public static ValueTask<RpcError?> WriteReceiptAsync(RpcCall call, (EthereumBlock Block, int Position) found)
    {
        (EthereumBlock block, int position) = found;
        if (!IsVisible(call, "receipt", block, position)) call.Result.Null();
        else
            call.Result.Receipt(
                block, position, ReceiptOutput.FirstLog(block, position), BlockMethods.BlobPrice(call, block.Header));
        return default;
    }

    private static bool IsVisible(RpcCall call, string kind, EthereumBlock block, int position) =>
        call.May(AccessVerb.Read, kind, block.Transactions[position].Transaction.Hash.Span);

    private static ValueTask<RpcError?> GetReceipt(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        Hash256 hash = parameters.Hash();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : GetReceiptAsync(call, hash);
    }

    private static async ValueTask<RpcError?> GetReceiptAsync(RpcCall call, Hash256 hash)
    {
        if (await call.Node.TransactionAsync(hash, call.Cancellation) is { } found) return await WriteReceiptAsync(call, found);
        call.Result.Null();
        return null;
    }

    private static ValueTask<RpcError?> Get(RpcCall call, bool isRaw)
    {
        ParamsReader parameters = call.Params();
        Hash256 hash = parameters.Hash();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : GetAsync(call, hash, isRaw);
    }

    /// <summary>From a block, else from the pool.</summary>
    private static async ValueTask<RpcError?> GetAsync(RpcCall call, Hash256 hash, bool isRaw)
    {
        if (await call.Node.Chain.TransactionAsync(hash, call.Cancellation) is { } found)
        {
            Write(call, found.Block, found.Position, isRaw);
            return null;
        }
        AdmittedEthereumTransaction? waiting = await call.Node.Services.Submitter.QueryPoolAsync(
            pool => ((EthereumPool)pool).Find(hash), call.Cancellation);
        if (waiting is null) call.Node.Chain.RequireAllIndexed();
        if (waiting is null || !call.May(AccessVerb.Read, "transaction", hash.Span)) WriteNone(call, isRaw);
        else if (isRaw) call.Result.Data(waiting.Transaction.Raw.Span);
        else call.Result.Transaction(waiting.Transaction, waiting.Sender);
        return null;
    }

    private static ValueTask<RpcError?> GetAt(RpcCall call, bool isByHash, bool isRaw)
    {
        ParamsReader parameters = call.Params();
        BlockReference block = isByHash ? new BlockReference(BlockTag.Hash, 0, parameters.Hash()) : parameters.BlockNumber();
        ulong position = parameters.Quantity("hexutil.Uint");
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : GetAtAsync(call, block, position, isRaw);
    }

    private static async ValueTask<RpcError?> GetAtAsync(RpcCall call, BlockReference reference, ulong position, bool isRaw)
    {
        EthereumBlock? block = await call.Node.BlockAsync(reference, call.Cancellation);
        if (block is null || position >= (ulong)block.Transactions.Count) WriteNone(call, isRaw);
        else Write(call, block, (int)position, isRaw);
        return null;
    }

    private static void Write(RpcCall call, EthereumBlock block, int position, bool isRaw)
    {
        if (!IsVisible(call, "transaction", block, position)) WriteNone(call, isRaw);
        else if (isRaw) call.Result.Data(block.Transactions[position].Transaction.Raw.Span);
        else call.Result.Transaction(block, position);
    }

    private static void WriteNone(RpcCall call, bool isRaw)
    {
        if (isRaw) call.Result.Raw("\"0x\""u8);
        else call.Result.Null();
    }
}
