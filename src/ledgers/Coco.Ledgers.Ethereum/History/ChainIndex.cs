using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// What this VN holds in memory to answer questions about the newest blocks: those decoded, and where their hashes are, at least
/// until the index on disk has them. Bounded. Written by the executor's thread, read by many.
/// </summary>
public sealed class ChainIndex
{
    /// <summary>Blocks kept decoded, at most.</summary>
    public const int RecentBlocks = 256;

    /// <summary>Transactions in them: when they are more, fewer blocks are kept.</summary>
    public const int RecentTransactions = 50_000;

    private readonly EthereumBlock?[] _recent = new EthereumBlock?[RecentBlocks];
    private readonly RecentHashes _hashes = new();
    private EthereumBlock? _head;
    private ulong _oldest;
    private int _transactions;

    /// <summary>The newest committed block; null before genesis.</summary>
    public EthereumBlock? Head => Volatile.Read(ref _head);

    /// <summary>The number from which on all hashes are found here.</summary>
    public ulong FirstHash => _hashes.First;

    public void Add(EthereumBlock block)
    {
        _hashes.Add(block);
        if (_head is null || _head.Number + 1 != block.Number) (_oldest, _transactions) = (block.Number, 0);
        _transactions += block.Transactions.Count;
        while (_oldest < block.Number && (_transactions > RecentTransactions || block.Number - _oldest >= RecentBlocks)) DropOldest();
        Volatile.Write(ref _recent[block.Number % RecentBlocks], block);
        Volatile.Write(ref _head, block);
    }

    /// <summary>The index has all blocks up to this one; on the indexing thread.</summary>
    public void Indexed(ulong number) => _hashes.Indexed(number);

    /// <summary>The block, if it is among the last ones.</summary>
    public EthereumBlock? Recent(ulong number)
    {
        EthereumBlock? block = Volatile.Read(ref _recent[number % RecentBlocks]);
        return block?.Number == number ? block : null;
    }

    /// <summary>Places that a hash may have in the blocks from <see cref="FirstHash"/> on.</summary>
    public void FindTransaction(in Hash256 hash, List<(BatchNumber Number, int Position)> candidates) =>
        _hashes.FindTransaction(hash, candidates);

    /// <summary>Numbers that a block with this hash may have, from <see cref="FirstHash"/> on.</summary>
    public void FindBlock(in Hash256 hash, List<(BatchNumber Number, int Position)> candidates) => _hashes.FindBlock(hash, candidates);

    private void DropOldest()
    {
        ref EthereumBlock? slot = ref _recent[_oldest++ % RecentBlocks];
        if (slot is null) return;
        _transactions -= slot.Transactions.Count;
        Volatile.Write(ref slot, null);
    }
}
