using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// What this VN holds in memory to answer questions about the newest blocks: their records, the last ones decoded, and where their
/// hashes are, at least until the index on disk has them. Bounded. Written by the executor's thread, read by many.
/// </summary>
public sealed class ChainIndex
{
    /// <summary>Blocks kept, at most.</summary>
    public const int RecentBlocks = 256;

    /// <summary>
    /// Those kept decoded. A decoded transaction is a dozen objects, and the collector moves all that live for long: clients mostly ask
    /// for what has just been committed.
    /// </summary>
    private const int DecodedBlocks = 32;

    /// <summary>Older ones that were decoded again lately: questions about a block come together.</summary>
    private const int DecodedAgain = 8;

    /// <summary>Transactions in them: when they are more, fewer blocks are kept.</summary>
    public const int RecentTransactions = 50_000;

    private readonly RecentBlock?[] _recent = new RecentBlock?[RecentBlocks];
    private readonly EthereumBlock?[] _again = new EthereumBlock?[DecodedAgain];
    private readonly RecentHashes _hashes = new();
    private EthereumBlock? _head;
    private ulong _oldest;
    private int _transactions;

    /// <summary>The newest committed block; null before genesis.</summary>
    public EthereumBlock? Head => Volatile.Read(ref _head);

    /// <summary>The number from which on all hashes are found here.</summary>
    public ulong FirstHash => _hashes.First;

    /// <param name="block">The block after the head.</param>
    /// <param name="record">What it is decoded from again; null where there is none, then it stays decoded.</param>
    public void Add(EthereumBlock block, BatchRecord? record)
    {
        _hashes.Add(block);
        if (_head is null || _head.Number + 1 != block.Number) (_oldest, _transactions) = (block.Number, 0);
        _transactions += block.Transactions.Count;
        while (_oldest < block.Number && (_transactions > RecentTransactions || block.Number - _oldest >= RecentBlocks)) DropOldest();
        Volatile.Write(ref _recent[block.Number % RecentBlocks], new RecentBlock(block, record));
        if (block.Number >= DecodedBlocks) Slot(block.Number - DecodedBlocks)?.Forget();
        Volatile.Write(ref _head, block);
    }

    /// <summary>The index has all blocks up to this one; on the indexing thread.</summary>
    public void Indexed(ulong number) => _hashes.Indexed(number);

    /// <summary>The block, if it is among the last ones.</summary>
    public EthereumBlock? Recent(ulong number)
    {
        if (Slot(number) is not { } slot) return null;
        if (slot.Decoded is { } decoded) return decoded;
        ref EthereumBlock? again = ref _again[number % DecodedAgain];
        EthereumBlock? block = Volatile.Read(ref again);
        if (block?.Number != number) Volatile.Write(ref again, block = slot.Decode());
        return block;
    }

    /// <summary>The header and hash of a block that is among the last ones.</summary>
    public (BlockHeader Header, Hash256 Hash)? RecentHeader(ulong number) => Slot(number) is { } slot ? (slot.Header, slot.Hash) : null;

    /// <summary>Places that a hash may have in the blocks from <see cref="FirstHash"/> on.</summary>
    public void FindTransaction(in Hash256 hash, List<(BatchNumber Number, int Position)> candidates) =>
        _hashes.FindTransaction(hash, candidates);

    /// <summary>Numbers that a block with this hash may have, from <see cref="FirstHash"/> on.</summary>
    public void FindBlock(in Hash256 hash, List<(BatchNumber Number, int Position)> candidates) => _hashes.FindBlock(hash, candidates);

    private void DropOldest()
    {
        ref RecentBlock? slot = ref _recent[_oldest++ % RecentBlocks];
        if (slot is null) return;
        _transactions -= slot.Transactions;
        Volatile.Write(ref slot, null);
    }

    private RecentBlock? Slot(ulong number)
    {
        RecentBlock? block = Volatile.Read(ref _recent[number % RecentBlocks]);
        return block?.Number == number ? block : null;
    }

    private sealed class RecentBlock(EthereumBlock block, BatchRecord? record)
    {
        private EthereumBlock? _decoded = block;

        public BlockHeader Header { get; } = block.Header;
        public Hash256 Hash { get; } = block.Hash;
        public int Transactions { get; } = block.Transactions.Count;
        public ulong Number => Header.Number;
        public EthereumBlock? Decoded => Volatile.Read(ref _decoded);

        public EthereumBlock Decode() => EthereumBlock.ReadAgain(Header, Hash, record!);

        public void Forget()
        {
            if (record is not null) Volatile.Write(ref _decoded, null);
        }
    }
}
