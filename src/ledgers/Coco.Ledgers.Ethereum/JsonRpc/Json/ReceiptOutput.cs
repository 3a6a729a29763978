using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Receipts and logs as JSON, with geth's fields in geth's order.</summary>
internal static class ReceiptOutput
{
    public static void Receipt(this ByteWriter json, EthereumBlock block, int position, int firstLog, in UInt256 blobPrice)
    {
        BlockTransaction transaction = block.Transactions[position];
        EthereumTransaction t = transaction.Transaction;
        TransactionReceipt receipt = block.Receipts[position];
        json.WriteByte((byte)'{');
        if (t.Type == TransactionType.Blob)
        {
            json.Field("blobGasPrice"u8, blobPrice);
            json.Field("blobGasUsed"u8, (ulong)t.BlobHashes.Count * BlockMethods.GasOfBlob);
        }
        json.Field("blockHash"u8, block.Hash);
        json.Field("blockNumber"u8, block.Number);
        json.Field("contractAddress"u8, transaction.Created);
        json.Field("cumulativeGasUsed"u8, receipt.CumulativeGasUsed);
        json.Field("effectiveGasPrice"u8, t.EffectiveGasPrice(block.Header.BaseFeePerGas ?? default));
        json.Field("from"u8, (Address?)transaction.Sender);
        json.Field("gasUsed"u8, receipt.GasUsed);
        json.Name("logs"u8);
        json.WriteByte((byte)'[');
        for (int i = 0; i < receipt.Logs.Count; i++)
        {
            json.Separate();
            json.Log(block, position, receipt.Logs[i], firstLog + i);
        }
        json.WriteByte((byte)']');
        json.Data("logsBloom"u8, receipt.Bloom.Span);
        if (receipt.PostState is { } root) json.Field("root"u8, root);
        else json.Field("status"u8, receipt.IsSuccess ? 1UL : 0UL);
        json.Field("to"u8, t.To);
        json.Field("transactionHash"u8, t.Hash);
        json.Field("transactionIndex"u8, (ulong)position);
        json.Field("type"u8, (ulong)t.Type);
        json.WriteByte((byte)'}');
    }

    public static void Log(this ByteWriter json, EthereumBlock block, int position, LogEntry log, int logIndex) =>
        json.Log(LogPlace.In(block, position), log, logIndex);

    public static void Log(this ByteWriter json, in LogPlace place, LogEntry log, int logIndex)
    {
        json.WriteByte((byte)'{');
        json.Field("address"u8, (Address?)log.Address);
        json.Name("topics"u8);
        json.WriteByte((byte)'[');
        for (int i = 0; i < log.Topics.Count; i++)
        {
            json.Separate();
            json.Data(log.Topics[i].Span);
        }
        json.WriteByte((byte)']');
        json.Data("data"u8, log.Data.Span);
        json.Field("blockNumber"u8, place.Number);
        json.Field("transactionHash"u8, place.TransactionHash);
        json.Field("transactionIndex"u8, (ulong)place.Position);
        json.Field("blockHash"u8, place.BlockHash);
        json.Field("blockTimestamp"u8, place.Timestamp);
        json.Field("logIndex"u8, (ulong)logIndex);
        json.Raw(",\"removed\":false}"u8);
    }

    /// <summary>The place of a transaction's first log in its block.</summary>
    public static int FirstLog(EthereumBlock block, int position)
    {
        int count = 0;
        for (int i = 0; i < position; i++) count += block.Receipts[i].Logs.Count;
        return count;
    }
}
