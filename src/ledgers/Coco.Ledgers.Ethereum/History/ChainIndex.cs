using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// What this VN keeps beside the state to answer questions about blocks: the last ones decoded, where hashes are, blooms. All
/// derived from applied batches. Written by the executor's thread, read by many.
/// </summary>
public sealed class ChainIndex
{
    /// <summary>Blocks kept decoded.</summary>
    public const int RecentBlocks = 256;

    private const int BloomsPerChunk = 1024;

    private readonly EthereumBlock?[] _recent = new EthereumBlock?[RecentBlocks];
    private readonly PositionTable _transactions = new();
    private readonly PositionTable _blocks = new();

    /// <summary>Blooms by block, 256 bytes each in chunks; null for a chunk of blocks without logs.</summary>
    private readonly List<byte[]?> _blooms = [];
    private readonly Lock _gate = new();
    private EthereumBlock? _head;

    /// <summary>The newest committed block; null before genesis.</summary>
    public EthereumBlock? Head => Volatile.Read(ref _head);

    public void Add(EthereumBlock block)
    {
        var number = new BatchNumber(block.Number);
        for (int i = 0; i < block.Transactions.Count; i++) _transactions.Add(block.Transactions[i].Transaction.Hash, number, i);
        _blocks.Add(block.Hash, number, 0);
        AddBloom(block);
        Volatile.Write(ref _recent[block.Number % RecentBlocks], block);
        Volatile.Write(ref _head, block);
    }

    /// <summary>The block, if it is among the last ones.</summary>
    public EthereumBlock? Recent(ulong number)
    {
        EthereumBlock? block = Volatile.Read(ref _recent[number % RecentBlocks]);
        return block?.Number == number ? block : null;
    }

    public void FindTransaction(in Hash256 hash, List<(BatchNumber Number, int Position)> candidates) => _transactions.Find(hash, candidates);

    public void FindBlock(in Hash256 hash, List<(BatchNumber Number, int Position)> candidates) => _blocks.Find(hash, candidates);

    /// <summary>Copies the bloom of a block; false where none of its transactions logged anything, or the block is unknown.</summary>
    public bool TryGetBloom(ulong number, Span<byte> bloom)
    {
        lock (_gate)
        {
            int chunk = (int)(number / BloomsPerChunk);
            if (chunk >= _blooms.Count || _blooms[chunk] is not { } bytes) return false;
            ReadOnlySpan<byte> found = bytes.AsSpan((int)(number % BloomsPerChunk) * Bloom.Size, Bloom.Size);
            found.CopyTo(bloom);
            return found.ContainsAnyExcept((byte)0);
        }
    }

    private void AddBloom(EthereumBlock block)
    {
        ReadOnlySpan<byte> bloom = block.Header.LogsBloom.Span;
        lock (_gate)
        {
            int chunk = (int)(block.Number / BloomsPerChunk);
            while (_blooms.Count <= chunk) _blooms.Add(null);
            if (!bloom.ContainsAnyExcept((byte)0)) return;
            byte[] bytes = _blooms[chunk] ??= new byte[BloomsPerChunk * Bloom.Size];
            bloom.CopyTo(bytes.AsSpan((int)(block.Number % BloomsPerChunk) * Bloom.Size));
        }
    }
}
