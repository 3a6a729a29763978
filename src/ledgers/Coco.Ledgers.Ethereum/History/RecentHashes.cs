using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// Where the hashes of the newest blocks and their transactions are: a receipt must be readable when its transaction is answered,
/// and the index follows some milliseconds later. Two generations of tables; the older one goes when the younger one is full and
/// the index has its blocks. One writer, many readers.
/// </summary>
internal sealed class RecentHashes
{
    /// <summary>Transactions of one generation.</summary>
    private const int Full = 1 << 16;

    /// <summary>Of one generation when the index does not follow: then the older one is dropped, and questions wait for the index.</summary>
    private const int Most = 1 << 19;

    private Generation? _old;
    private Generation? _young;
    private ulong _indexed;

    private sealed record Generation(ulong First)
    {
        public PositionTable Transactions { get; } = new();
        public PositionTable Blocks { get; } = new();
        public ulong Last { get; set; }
    }

    /// <summary>The first block whose hashes are all here.</summary>
    public ulong First => (Volatile.Read(ref _old) ?? Volatile.Read(ref _young))?.First ?? 0;

    public void Indexed(ulong number) => Volatile.Write(ref _indexed, number);

    public void Add(EthereumBlock block)
    {
        Rotate(block.Number);
        Generation young = _young!;
        var number = new BatchNumber(block.Number);
        for (int i = 0; i < block.Transactions.Count; i++) young.Transactions.Add(block.Transactions[i].Transaction.Hash, number, i);
        young.Blocks.Add(block.Hash, number, 0);
        young.Last = block.Number;
    }

    public void FindTransaction(in Hash256 hash, List<(BatchNumber Number, int Position)> candidates)
    {
        Volatile.Read(ref _young)?.Transactions.Find(hash, candidates);
        Volatile.Read(ref _old)?.Transactions.Find(hash, candidates);
    }

    public void FindBlock(in Hash256 hash, List<(BatchNumber Number, int Position)> candidates)
    {
        Volatile.Read(ref _young)?.Blocks.Find(hash, candidates);
        Volatile.Read(ref _old)?.Blocks.Find(hash, candidates);
    }

    private void Rotate(ulong next)
    {
        int count = _young is null ? 0 : _young.Transactions.Count + _young.Blocks.Count;
        bool isIndexed = _old is null || _old.Last < Volatile.Read(ref _indexed);
        bool isDue = _young is null || (count >= Full && isIndexed) || count >= Most;
        if (!isDue) return;
        // The old one is written first: a reader that no longer finds a hash in the young one finds it there.
        Volatile.Write(ref _old, _young);
        Volatile.Write(ref _young, new Generation(next));
    }
}
