using Coco.Crypto;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>Says by what a block is to be found. Keeps its buffers; the indexing thread alone.</summary>
internal sealed class BlockIndexer
{
    private readonly ByteWriter _words = new(1 << 16);
    private readonly List<int> _ends = [];
    private readonly HashSet<ulong> _seen = [];
    private Hash256[] _hashes = new Hash256[1024];

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
        if (_ends.Count == 0) return;
        postings.Add(IndexTables.Logs, IndexTables.AnyLog, block.Number);
        Post(IndexTables.Logs, block.Number, postings);
    }

    private void IndexState(BatchRecord record, IPostings postings)
    {
        var writes = new WriteSetReader(record.WriteSet.Span);
        while (writes.TryNext())
            if (writes.Map == EthereumMaps.Accounts || writes.Map == EthereumMaps.Storage) AddWord((byte)writes.Map.Value, writes.Key);
        Post(IndexTables.State, record.Number.Value, postings);
    }

    private void AddWords(LogEntry log)
    {
        AddWord(IndexTables.AddressTerm, log.Address.Span);
        for (int i = 0; i < log.Topics.Count; i++) AddWord((byte)i, log.Topics[i].Span);
    }

    private void AddWord(byte place, ReadOnlySpan<byte> word)
    {
        _words.WriteByte(place);
        _words.WriteFixed(word);
        _ends.Add(_words.Length);
    }

    /// <summary>Hashes the gathered words together, and posts each once.</summary>
    private void Post(byte table, ulong block, IPostings postings)
    {
        if (_hashes.Length < _ends.Count) _hashes = new Hash256[_ends.Count * 2];
        Keccak256.HashMany(_words.Span, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ends), _hashes.AsSpan(0, _ends.Count));
        for (int i = 0; i < _ends.Count; i++)
        {
            ulong key = IndexTables.KeyOf(_hashes[i]);
            if (_seen.Add(key)) postings.Add(table, key, block);
        }
        _words.Clear();
        _ends.Clear();
        _seen.Clear();
    }
}
