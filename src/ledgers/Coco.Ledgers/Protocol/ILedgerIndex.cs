using Coco.Primitives;

namespace Coco.Ledgers;

/// <summary>Takes what a batch is to be found by. Under one key, values rise from batch to batch.</summary>
public interface IPostings
{
    /// <param name="table">Of the ledger's choice, below 128.</param>
    /// <param name="key">56 bits of what is looked up: the beginning of a hash. Others may share it.</param>
    /// <param name="value">Where it is, in the ledger's own terms.</param>
    void Add(byte table, ulong key, ulong value);
}

/// <summary>
/// Where things are in the whole ledger: the newest postings in memory, the others on the host's disk. Lookups wait for the disk
/// and throw <see cref="HistoryUnavailableException"/> while a part is being made anew. Any thread.
/// </summary>
public interface ILedgerIndex
{
    /// <summary>The batches of which everything is found; null before the first.</summary>
    (BatchNumber First, BatchNumber Last)? Covered { get; }

    /// <summary>Completes when a batch is covered: at once for old ones, some milliseconds later for the newest. Throws as lookups do.</summary>
    ValueTask WaitAsync(BatchNumber upTo, CancellationToken cancellation);

    /// <summary>The greatest value under the key that is at most <paramref name="atMost"/>, from batches up to <paramref name="upTo"/>.</summary>
    bool TryFindLast(byte table, ulong key, ulong atMost, BatchNumber upTo, out ulong value);

    /// <summary>
    /// Adds the values under the key from <paramref name="from"/> to <paramref name="to"/>, rising, that come from the batches
    /// <paramref name="first"/> to <paramref name="last"/>.
    /// </summary>
    void Find(byte table, ulong key, ulong from, ulong to, BatchNumber first, BatchNumber last, List<ulong> values);
}

/// <summary>Something old can't be said now; the message is for the client.</summary>
public sealed class HistoryUnavailableException(string message) : Exception(message);

/// <summary>Where nothing is indexed.</summary>
public sealed class NoIndex : ILedgerIndex
{
    public static NoIndex Instance { get; } = new();

    public (BatchNumber First, BatchNumber Last)? Covered => null;

    public ValueTask WaitAsync(BatchNumber upTo, CancellationToken cancellation) => default;

    public bool TryFindLast(byte table, ulong key, ulong atMost, BatchNumber upTo, out ulong value)
    {
        value = 0;
        return false;
    }

    public void Find(byte table, ulong key, ulong from, ulong to, BatchNumber first, BatchNumber last, List<ulong> values)
    {
    }
}
