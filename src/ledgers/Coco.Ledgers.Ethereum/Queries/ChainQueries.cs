using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// Questions about blocks and transactions, of any age: recent ones from memory, old ones by the index and through the manager.
/// Throws <see cref="HistoryUnavailableException"/> where what is old can't be said now. Any thread.
/// </summary>
public sealed class ChainQueries(EthereumLedger ledger, IHistory history, ILedgerIndex index)
{
    /// <summary>The newest committed block; null before genesis.</summary>
    public EthereumBlock? Head => ledger.Chain.Head;

    public async ValueTask<EthereumBlock?> BlockAsync(ulong number, CancellationToken cancellation)
    {
        if (ledger.Chain.Recent(number) is { } recent) return recent;
        AppliedBatch? batch = await history.ReadAsync(new BatchNumber(number), cancellation);
        return batch is not null && EthereumBlock.TryRead(ledger.Settings, batch.Record, out EthereumBlock? block) ? block : null;
    }

    /// <summary>The newest blocks are in memory; null for one that is not.</summary>
    public EthereumBlock? Recent(ulong number) => ledger.Chain.Recent(number);

    /// <summary>The logs of a block that is in memory no more; null if there is no such block.</summary>
    internal async ValueTask<CommittedLogs?> LogsAsync(ulong number, CancellationToken cancellation)
    {
        AppliedBatch? batch = await history.ReadAsync(new BatchNumber(number), cancellation);
        return batch is not null && CommittedLogs.TryRead(batch.Record, out CommittedLogs? logs) ? logs : null;
    }

    public async ValueTask<EthereumBlock?> BlockAsync(Hash256 hash, CancellationToken cancellation)
    {
        var candidates = new List<(BatchNumber Number, int Position)>();
        ledger.Chain.FindBlock(hash, candidates);
        if (await AmongAsync(candidates, hash, cancellation) is { } found) return found;
        List<ulong> numbers = await FindOldAsync(IndexTables.Blocks, hash, cancellation);
        return await AmongAsync(numbers.ConvertAll(number => (new BatchNumber(number), 0)), hash, cancellation);
    }

    /// <summary>The block that holds a transaction, and its place there; null if no committed block does.</summary>
    public async ValueTask<(EthereumBlock Block, int Position)?> TransactionAsync(Hash256 hash, CancellationToken cancellation)
    {
        var candidates = new List<(BatchNumber Number, int Position)>();
        ledger.Chain.FindTransaction(hash, candidates);
        foreach ((BatchNumber number, int position) in candidates)
            if (await AtAsync(number.Value, position, hash, cancellation) is { } found) return found;
        foreach (ulong place in await FindOldAsync(IndexTables.Transactions, hash, cancellation))
        {
            (ulong number, int position) = IndexTables.ReadPlace(place);
            if (await AtAsync(number, position, hash, cancellation) is { } found) return found;
        }
        return null;
    }

    /// <summary>
    /// Before a client is told that there is no such block or transaction: throws where older ones are not indexed yet, as on a VN that joined
    /// by a snapshot and still fetches the entries before it.
    /// </summary>
    public void RequireAllIndexed()
    {
        if (ledger.Chain.FirstHash != 0 && index.Covered is { } covered && covered.First != BatchNumber.Zero)
            throw new HistoryUnavailableException("transaction indexing is in progress");
    }

    private async ValueTask<EthereumBlock?> AmongAsync(
        List<(BatchNumber Number, int Position)> candidates, Hash256 hash, CancellationToken cancellation)
    {
        foreach ((BatchNumber number, _) in candidates)
            if (await BlockAsync(number.Value, cancellation) is { } block && block.Hash == hash) return block;
        return null;
    }

    private async ValueTask<(EthereumBlock Block, int Position)?> AtAsync(
        ulong number, int position, Hash256 hash, CancellationToken cancellation)
    {
        EthereumBlock? block = await BlockAsync(number, cancellation);
        return block is not null && position < block.Transactions.Count && block.Transactions[position].Transaction.Hash == hash
            ? (block, position) : null;
    }

    /// <summary>What the index knows of the blocks that are no longer in memory.</summary>
    private async ValueTask<List<ulong>> FindOldAsync(byte table, Hash256 hash, CancellationToken cancellation)
    {
        var values = new List<ulong>();
        if (ledger.Chain.FirstHash == 0) return values; // all are in memory
        var last = new BatchNumber(ledger.Chain.FirstHash - 1);
        await index.WaitAsync(last, cancellation);
        await PatientThreads.RunAsync(() =>
        {
            index.Find(table, IndexTables.KeyOf(hash), 0, ulong.MaxValue, BatchNumber.Zero, last, values);
            return new ValueTask<bool>(true);
        });
        return values;
    }
}
