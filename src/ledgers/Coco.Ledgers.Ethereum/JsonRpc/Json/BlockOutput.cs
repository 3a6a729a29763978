using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Blocks and headers as JSON, with geth's fields in geth's order.</summary>
internal static class BlockOutput
{
    public static void Block(this ByteWriter json, EthereumBlock block, bool hasFullTransactions)
    {
        BlockHeader header = block.Header;
        json.WriteByte((byte)'{');
        WriteFirst(json, header, block.Hash);
        json.Field("size"u8, (ulong)block.Size());
        json.Field("stateRoot"u8, header.StateRoot);
        json.Field("timestamp"u8, header.Timestamp);
        json.Name("transactions"u8);
        WriteTransactions(json, block, hasFullTransactions);
        json.Field("transactionsRoot"u8, header.TransactionsRoot);
        WriteUncles(json, block.Ommers);
        if (header.WithdrawalsRoot is { } withdrawals)
        {
            WriteWithdrawals(json, block.Withdrawals);
            json.Field("withdrawalsRoot"u8, withdrawals);
        }
        json.WriteByte((byte)'}');
    }

    public static void Header(this ByteWriter json, BlockHeader header, in Hash256 hash)
    {
        json.WriteByte((byte)'{');
        WriteFirst(json, header, hash);
        json.Field("stateRoot"u8, header.StateRoot);
        json.Field("timestamp"u8, header.Timestamp);
        json.Field("transactionsRoot"u8, header.TransactionsRoot);
        if (header.WithdrawalsRoot is { } withdrawals) json.Field("withdrawalsRoot"u8, withdrawals);
        json.WriteByte((byte)'}');
    }

    /// <summary>The fields up to the uncles' hash: they stand in the order of the alphabet.</summary>
    private static void WriteFirst(ByteWriter json, BlockHeader header, in Hash256 hash)
    {
        if (header.BaseFeePerGas is { } baseFee) json.Field("baseFeePerGas"u8, baseFee);
        if (header.BlobGasUsed is { } blobGas) json.Field("blobGasUsed"u8, blobGas);
        json.Field("difficulty"u8, header.Difficulty);
        if (header.ExcessBlobGas is { } excess) json.Field("excessBlobGas"u8, excess);
        json.Data("extraData"u8, header.ExtraData.Span);
        json.Field("gasLimit"u8, header.GasLimit);
        json.Field("gasUsed"u8, header.GasUsed);
        json.Field("hash"u8, hash);
        json.Data("logsBloom"u8, header.LogsBloom.Span);
        json.Field("miner"u8, (Address?)header.Beneficiary);
        json.Field("mixHash"u8, header.MixHash);
        Span<byte> nonce = stackalloc byte[BlockHeader.NonceSize];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(nonce, header.Nonce);
        json.Data("nonce"u8, nonce);
        json.Field("number"u8, header.Number);
        if (header.ParentBeaconBlockRoot is { } beacon) json.Field("parentBeaconBlockRoot"u8, beacon);
        json.Field("parentHash"u8, header.ParentHash);
        json.Field("receiptsRoot"u8, header.ReceiptsRoot);
        if (header.RequestsHash is { } requests) json.Field("requestsHash"u8, requests);
        json.Field("sha3Uncles"u8, header.OmmersHash);
    }

    private static void WriteTransactions(ByteWriter json, EthereumBlock block, bool isFull)
    {
        json.WriteByte((byte)'[');
        for (int i = 0; i < block.Transactions.Count; i++)
        {
            json.Separate();
            if (isFull) json.Transaction(block, i);
            else json.Data(block.Transactions[i].Transaction.Hash.Span);
        }
        json.WriteByte((byte)']');
    }

    private static void WriteUncles(ByteWriter json, IReadOnlyList<BlockHeader> ommers)
    {
        json.Name("uncles"u8);
        json.WriteByte((byte)'[');
        for (int i = 0; i < ommers.Count; i++)
        {
            json.Separate();
            json.Data(ommers[i].Hash().Span);
        }
        json.WriteByte((byte)']');
    }

    private static void WriteWithdrawals(ByteWriter json, IReadOnlyList<Withdrawal> withdrawals)
    {
        json.Name("withdrawals"u8);
        json.WriteByte((byte)'[');
        for (int i = 0; i < withdrawals.Count; i++)
        {
            json.Separate();
            json.WriteByte((byte)'{');
            json.Field("index"u8, withdrawals[i].Index);
            json.Field("validatorIndex"u8, withdrawals[i].Validator);
            json.Field("address"u8, (Address?)withdrawals[i].Address);
            json.Field("amount"u8, withdrawals[i].Amount);
            json.WriteByte((byte)'}');
        }
        json.WriteByte((byte)']');
    }
}
