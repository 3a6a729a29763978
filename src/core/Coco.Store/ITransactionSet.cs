namespace Coco.Store;

/// <summary>Reads and writes that take effect together, on top of the speculative head (STO-1). Used by one thread.</summary>
public interface ITransactionSet : IReadView
{
    void Put(MapId map, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Removes the key; nothing happens where the map does not hold it.</summary>
    void Delete(MapId map, ReadOnlySpan<byte> key);

    /// <summary>A point to which <see cref="RevertTo"/> can undo, for a request that fails inside a batch.</summary>
    int Savepoint();

    void RevertTo(int savepoint);
}
