using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Blocks of any age.</summary>
internal static class BlockMethods
{
    /// <summary>EIP-4844.</summary>
    public const ulong GasOfBlob = 1 << 17;

    private delegate void Writer(RpcCall call, EthereumBlock block);

    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("eth_getBlockByNumber", static call => GetBlock(call, isByHash: false));
        table.Add("eth_getBlockByHash", static call => GetBlock(call, isByHash: true));
        table.Add("eth_getHeaderByNumber", static call => Get(call, isByHash: false, WriteHeader));
        table.Add("eth_getHeaderByHash", static call => Get(call, isByHash: true, WriteHeader));
        table.Add("eth_getBlockTransactionCountByNumber", static call => Get(call, isByHash: false, WriteCount));
        table.Add("eth_getBlockTransactionCountByHash", static call => Get(call, isByHash: true, WriteCount));
        table.Add("eth_getUncleCountByBlockNumber", static call => Get(call, isByHash: false, WriteUncleCount));
        table.Add("eth_getUncleCountByBlockHash", static call => Get(call, isByHash: true, WriteUncleCount));
        table.Add("eth_getUncleByBlockNumberAndIndex", static call => GetUncle(call, isByHash: false));
        table.Add("eth_getUncleByBlockHashAndIndex", static call => GetUncle(call, isByHash: true));
        table.Add("eth_getBlockReceipts", GetReceipts);
    }

    /// <summary>Whether the caller may see the block.</summary>
    public static bool IsVisible(RpcCall call, EthereumBlock block) => call.May(AccessVerb.Read, "block", block.Hash.Span);

    public static UInt256 BlobPrice(RpcCall call, BlockHeader header) =>
        header.ExcessBlobGas is { } excess
            ? BlobFee.Price(excess, call.Node.Settings.Forks.BlobsAt(header.Timestamp).UpdateFraction) : default;

    private static BlockReference ReadBlock(ref ParamsReader parameters, bool isByHash) =>
        isByHash ? new BlockReference(BlockTag.Hash, 0, parameters.Hash()) : parameters.BlockNumber();

    private static ValueTask<RpcError?> GetBlock(RpcCall call, bool isByHash)
    {
        ParamsReader parameters = call.Params();
        BlockReference block = ReadBlock(ref parameters, isByHash);
        bool isFull = parameters.OptionalBool(isRequired: true);
        if (parameters.End() is { } error) return new ValueTask<RpcError?>(error);
        return WriteAsync(call, block, isFull ? WriteFull : WriteShort);
    }

    private static ValueTask<RpcError?> Get(RpcCall call, bool isByHash, Writer write)
    {
        ParamsReader parameters = call.Params();
        BlockReference block = ReadBlock(ref parameters, isByHash);
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : WriteAsync(call, block, write);
    }

    private static ValueTask<RpcError?> GetUncle(RpcCall call, bool isByHash)
    {
        ParamsReader parameters = call.Params();
        ReadBlock(ref parameters, isByHash);
        parameters.Quantity("hexutil.Uint");
        RpcError? error = parameters.End();
        if (error is null) call.Result.Null();
        return new ValueTask<RpcError?>(error);
    }

    private static ValueTask<RpcError?> GetReceipts(RpcCall call)
    {
        ParamsReader parameters = call.Params();
        BlockReference block = parameters.Block();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : WriteAsync(call, block, WriteReceipts);
    }

    /// <summary>Null for a block that is not there, or that the caller may not see.</summary>
    private static async ValueTask<RpcError?> WriteAsync(RpcCall call, BlockReference reference, Writer write)
    {
        EthereumBlock? block = await call.Node.BlockAsync(reference, call.Cancellation);
        if (block is null || !IsVisible(call, block)) call.Result.Null();
        else write(call, block);
        return null;
    }

    private static void WriteFull(RpcCall call, EthereumBlock block) => call.Result.Block(block, hasFullTransactions: true);

    private static void WriteShort(RpcCall call, EthereumBlock block) => call.Result.Block(block, hasFullTransactions: false);

    private static void WriteHeader(RpcCall call, EthereumBlock block) => call.Result.Header(block.Header, block.Hash);

    private static void WriteCount(RpcCall call, EthereumBlock block) => call.Result.Quantity((ulong)block.Transactions.Count);

    private static void WriteUncleCount(RpcCall call, EthereumBlock block) => call.Result.Quantity((ulong)block.Ommers.Count);

    private static void WriteReceipts(RpcCall call, EthereumBlock block)
    {
        ByteWriter json = call.Result;
        UInt256 blobPrice = BlobPrice(call, block.Header);
        int firstLog = 0;
        json.WriteByte((byte)'[');
        for (int i = 0; i < block.Receipts.Count; i++)
        {
            json.Separate();
            json.Receipt(block, i, firstLog, blobPrice);
            firstLog += block.Receipts[i].Logs.Count;
        }
        json.WriteByte((byte)']');
    }
}
