using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Questions about blocks and transactions, of any age: recent ones from memory, old ones through the manager. Any thread.</summary>
public sealed class ChainQueries(EthereumLedger ledger, IHistory history)
{
    /// <summary>The newest committed block; null before genesis.</summary>
    public EthereumBlock? Head => ledger.Chain.Head;

    public async ValueTask<EthereumBlock?> BlockAsync(ulong number, CancellationToken cancellation)
    {
        if (ledger.Chain.Head is not { } head || number > head.Number) return null;
        if (ledger.Chain.Recent(number) is { } recent) return recent;
        AppliedBatch? batch = await history.ReadAsync(new BatchNumber(number), cancellation);
        return batch is not null && EthereumBlock.TryRead(ledger.Settings, batch.Record, out EthereumBlock? block) ? block : null;
    }

    public async ValueTask<EthereumBlock?> BlockAsync(Hash256 hash, CancellationToken cancellation)
    {
        var candidates = new List<(BatchNumber Number, int Position)>();
        ledger.Chain.FindBlock(hash, candidates);
        foreach ((BatchNumber number, _) in candidates)
            if (await BlockAsync(number.Value, cancellation) is { } block && block.Hash == hash) return block;
        return null;
    }

    /// <summary>The block that holds a transaction, and its place there; null if no committed block does.</summary>
    public async ValueTask<(EthereumBlock Block, int Position)?> TransactionAsync(Hash256 hash, CancellationToken cancellation)
    {
        var candidates = new List<(BatchNumber Number, int Position)>();
        ledger.Chain.FindTransaction(hash, candidates);
        foreach ((BatchNumber number, int position) in candidates)
        {
            EthereumBlock? block = await BlockAsync(number.Value, cancellation);
            if (block?.Transactions[position].Transaction.Hash == hash) return (block, position);
        }
        return null;
    }
}
