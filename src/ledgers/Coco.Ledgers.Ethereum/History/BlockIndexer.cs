using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>Says by what a block is to be found. Keeps its buffers; the indexing thread alone.</summary>
internal sealed class BlockIndexer
{
    /// <summary>Keys for which room is kept; a genesis state has more, once.</summary>
    private const int KeptKeys = 1 << 16;

    private readonly WordHashes _words = new();
    private readonly HashSet<ulong> _seen = [];

    public void Index(EthereumBlock block, BatchRecord record, IPostings postings)
    {
        for (int i = 0; i < block.Transactions.Count; i++)
            postings.Add(IndexTables.Transactions, IndexTables.KeyOf(block.Transactions[i].Transaction.Hash), IndexTables.PlaceOf(block.Number, i));
        postings.Add(IndexTables.Blocks, IndexTables.KeyOf(block.Hash), block.Number);
        IndexLogs(block, postings);
        IndexState(record, postings);
    }

    private void IndexLogs(EthereumBlock block, IPostings postings)
    {
        for (int i = 0; i < block.Receipts.Count; i++)
        {
            IReadOnlyList<LogEntry> logs = block.Receipts[i].Logs;
            for (int j = 0; j < logs.Count; j++) AddWords(logs[j]);
        }
        if (_words.Count == 0) return;
        postings.Add(IndexTables.Logs, IndexTables.AnyLog, block.Number);
        Post(IndexTables.Logs, block.Number, postings);
    }

    private void IndexState(BatchRecord record, IPostings postings)
    {
        var writes = new WriteSetReader(record.WriteSet.Span);
        while (writes.TryNext())
            if (writes.Map == EthereumMaps.Accounts || writes.Map == EthereumMaps.Storage) _words.Add((byte)writes.Map.Value, writes.Key);
        Post(IndexTables.State, record.Number.Value, postings);
    }

    private void AddWords(LogEntry log)
    {
        _words.Add(IndexTables.AddressTerm, log.Address.Span);
        for (int i = 0; i < log.Topics.Count; i++) _words.Add((byte)i, log.Topics[i].Span);
    }

    /// <summary>Hashes the gathered words together, and posts each once.</summary>
    private void Post(byte table, ulong block, IPostings postings)
    {
        foreach (ref readonly Hash256 hash in _words.Hash())
        {
            ulong key = IndexTables.KeyOf(hash);
            if (_seen.Add(key)) postings.Add(table, key, block);
        }
        bool isLarge = _seen.Count > KeptKeys;
        _words.Clear();
        _seen.Clear();
        if (isLarge) _seen.TrimExcess();
    }
}
