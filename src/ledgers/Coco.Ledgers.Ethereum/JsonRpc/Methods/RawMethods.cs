using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>debug_getRaw*: blocks, headers and receipts as they are hashed and exchanged.</summary>
internal static class RawMethods
{
    public static void AddTo(Dictionary<string, RpcHandler> table)
    {
        table.Add("debug_getRawBlock", static call => Get(call, WriteBlock));
        table.Add("debug_getRawHeader", static call => Get(call, WriteHeader));
        table.Add("debug_getRawReceipts", static call => Get(call, WriteReceipts));
        table.Add("debug_getBadBlocks", static call => NodeMethods.Simple(call, static call => call.Result.Raw("[]"u8)));
    }

    private static ValueTask<RpcError?> Get(RpcCall call, Action<ByteWriter, EthereumBlock> write)
    {
        ParamsReader parameters = call.Params();
        BlockReference block = parameters.Block();
        return parameters.End() is { } error ? new ValueTask<RpcError?>(error) : GetAsync(call, block, write);
    }

    private static async ValueTask<RpcError?> GetAsync(RpcCall call, BlockReference reference, Action<ByteWriter, EthereumBlock> write)
    {
        EthereumBlock? block = await call.Node.BlockAsync(reference, call.Cancellation);
        if (block is null || !BlockMethods.IsVisible(call, block))
            return RpcError.Of(reference.Tag == BlockTag.Hash ? $"block {reference.Hash} not found" : $"block #{reference.Number} not found");
        write(call.Result, block);
        return null;
    }

    private static void WriteBlock(ByteWriter json, EthereumBlock block) => json.Data(block.Encode());

    private static void WriteHeader(ByteWriter json, EthereumBlock block)
    {
        var rlp = new ByteWriter(1024);
        block.Header.Write(rlp);
        json.Data(rlp.Span);
    }

    private static void WriteReceipts(ByteWriter json, EthereumBlock block)
    {
        var receipt = new ByteWriter(1024);
        json.WriteByte((byte)'[');
        for (int i = 0; i < block.Receipts.Count; i++)
        {
            receipt.Clear();
            block.Receipts[i].Write(receipt);
            json.Separate();
            json.Data(receipt.Span);
        }
        json.WriteByte((byte)']');
    }
}
