namespace Coco.Store;

/// <summary>
/// Epoch-based reclamation (Fraser 2004): a block that was unlinked is freed when every reader that might still stand on it is
/// gone, that is, when all began after the epoch in which it was unlinked.
/// </summary>
internal sealed class Reclaimer(Slabs slabs, ReaderSlots readers)
{
    // Besides twice what came in, so that a backlog that a long read left shrinks while the work of one commit stays bounded.
    private const int SpareBlocks = 1024;

    private readonly ChunkedQueue<Retired> _retired = new();
    private long _epoch = 1;
    private long _since;

    public long Pending => _retired.Count;

    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>The block is no longer reachable from the indexes; <paramref name="bytes"/> is what it was allocated with.</summary>
    public void Retire(uint reference, int bytes)
    {
        _retired.Enqueue(new Retired(_epoch, reference, bytes));
        _since++;
    }

    /// <summary>Begins the next epoch and frees what no reader can reach any more.</summary>
    public void Advance()
    {
        Volatile.Write(ref _epoch, _epoch + 1);
        long oldest = Math.Min(readers.OldestEpoch(), _epoch);
        long budget = (_since * 2) + SpareBlocks;
        _since = 0;
        for (; budget > 0 && _retired.Count > 0 && _retired.Peek().Epoch < oldest; budget--)
        {
            Retired block = _retired.Dequeue();
            slabs.Free(block.Reference, block.Bytes);
        }
    }

    private readonly record struct Retired(long Epoch, uint Reference, int Bytes);
}
