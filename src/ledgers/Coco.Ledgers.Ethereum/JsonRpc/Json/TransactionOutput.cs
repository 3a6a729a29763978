using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Transactions as JSON, with geth's fields in geth's order.</summary>
internal static class TransactionOutput
{
    /// <summary>One that is in a block.</summary>
    public static void Transaction(this ByteWriter json, EthereumBlock block, int position)
    {
        BlockTransaction transaction = block.Transactions[position];
        json.WriteByte((byte)'{');
        json.Field("blockHash"u8, block.Hash);
        json.Field("blockNumber"u8, block.Number);
        json.Field("blockTimestamp"u8, block.Header.Timestamp);
        UInt256 price = transaction.Transaction.EffectiveGasPrice(block.Header.BaseFeePerGas ?? default);
        Write(json, transaction.Transaction, transaction.Sender, price, (ulong)position);
        json.WriteByte((byte)'}');
    }

    /// <summary>One that waits.</summary>
    public static void Transaction(this ByteWriter json, EthereumTransaction transaction, in Address sender)
    {
        json.WriteByte((byte)'{');
        json.Null("blockHash"u8);
        json.Null("blockNumber"u8);
        json.Null("blockTimestamp"u8);
        Write(json, transaction, sender, transaction.MaxFeePerGas, null);
        json.WriteByte((byte)'}');
    }

    private static void Write(ByteWriter json, EthereumTransaction t, in Address sender, in UInt256 price, ulong? position)
    {
        json.Field("from"u8, (Address?)sender);
        json.Field("gas"u8, t.GasLimit);
        json.Field("gasPrice"u8, price);
        if (t.IsDynamicFee)
        {
            json.Field("maxFeePerGas"u8, t.MaxFeePerGas);
            json.Field("maxPriorityFeePerGas"u8, t.MaxPriorityFeePerGas);
        }
        if (t.Type == TransactionType.Blob) json.Field("maxFeePerBlobGas"u8, t.MaxFeePerBlobGas);
        json.Field("hash"u8, t.Hash);
        json.Data("input"u8, t.Data.Span);
        json.Field("nonce"u8, t.Nonce);
        json.Field("to"u8, t.To);
        if (position is { } given) json.Field("transactionIndex"u8, given);
        else json.Null("transactionIndex"u8);
        json.Field("value"u8, t.Value);
        json.Field("type"u8, (ulong)t.Type);
        if (t.Type != TransactionType.Legacy) WriteAccessList(json, t.AccessList);
        if (t.ChainId is { } chainId) json.Field("chainId"u8, chainId);
        if (t.Type == TransactionType.Blob) WriteBlobs(json, t.BlobHashes);
        if (t.Type == TransactionType.SetCode) WriteAuthorizations(json, t.Authorizations);
        json.Field("v"u8, t.V);
        json.Field("r"u8, t.R);
        json.Field("s"u8, t.S);
        if (t.Type != TransactionType.Legacy) json.Field("yParity"u8, t.V);
    }

    public static void WriteAccessList(ByteWriter json, IReadOnlyList<AccessListItem> list)
    {
        json.Name("accessList"u8);
        json.WriteByte((byte)'[');
        for (int i = 0; i < list.Count; i++)
        {
            json.Separate();
            json.WriteByte((byte)'{');
            json.Field("address"u8, (Address?)list[i].Address);
            json.Name("storageKeys"u8);
            json.WriteByte((byte)'[');
            foreach (UInt256 key in list[i].Keys)
            {
                json.Separate();
                json.Word(key);
            }
            json.Raw("]}"u8);
        }
        json.WriteByte((byte)']');
    }

    /// <summary>All 32 bytes of a word.</summary>
    public static void Word(this ByteWriter json, in UInt256 word)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        word.WriteBigEndian(bytes);
        json.Data(bytes);
    }

    private static void WriteBlobs(ByteWriter json, IReadOnlyList<Hash256> hashes)
    {
        json.Name("blobVersionedHashes"u8);
        json.WriteByte((byte)'[');
        for (int i = 0; i < hashes.Count; i++)
        {
            json.Separate();
            json.Data(hashes[i].Span);
        }
        json.WriteByte((byte)']');
    }

    private static void WriteAuthorizations(ByteWriter json, IReadOnlyList<SignedAuthorization> list)
    {
        json.Name("authorizationList"u8);
        json.WriteByte((byte)'[');
        for (int i = 0; i < list.Count; i++)
        {
            json.Separate();
            json.WriteByte((byte)'{');
            json.Field("chainId"u8, list[i].ChainId);
            json.Field("address"u8, (Address?)list[i].Address);
            json.Field("nonce"u8, list[i].Nonce);
            json.Field("yParity"u8, (ulong)list[i].YParity);
            json.Field("r"u8, list[i].R);
            json.Field("s"u8, list[i].S);
            json.WriteByte((byte)'}');
        }
        json.WriteByte((byte)']');
    }
}
