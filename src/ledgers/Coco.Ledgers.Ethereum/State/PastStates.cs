using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// Opens states after old blocks. Nothing of them is kept: the index says which blocks wrote a key, and their entries hold what
/// they wrote. Any thread.
/// </summary>
internal sealed class PastStates(IHistory history, ILedgerIndex index)
{
    /// <summary>Records that were read last, kept for the next key that they wrote.</summary>
    private const long CachedBytes = 16 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, BatchRecord> _records = [];
    private readonly Queue<ulong> _order = new();
    private long _bytes;

    /// <summary>
    /// The state after a block, over the newest state, which it disposes of with itself. Only by one of <see cref="PatientThreads"/>.
    /// Throws <see cref="HistoryUnavailableException"/>.
    /// </summary>
    public PastState Open(ulong number, ICommittedView newest)
    {
        try
        {
            PatientThreads.Wait(async () =>
            {
                await index.WaitAsync(newest.Version, CancellationToken.None);
                return true;
            });
            if (index.Covered is not { } covered || covered.First != BatchNumber.Zero)
                throw new HistoryUnavailableException($"required historical state unavailable: the ledger files of this node do not begin at genesis");
            return new PastState(this, index, newest, number);
        }
        catch
        {
            newest.Dispose();
            throw;
        }
    }

    public PastChanges ChangesSince(PastState past) => new(this, past);

    /// <summary>The record of a committed block, on a thread that may wait.</summary>
    public BatchRecord Record(ulong number)
    {
        lock (_gate)
        {
            if (_records.TryGetValue(number, out BatchRecord? known)) return known;
        }
        AppliedBatch? batch = PatientThreads.Wait(() => history.ReadAsync(new BatchNumber(number), CancellationToken.None));
        if (batch is null) throw new HistoryUnavailableException($"required historical state unavailable: block {number} was not read");
        Keep(number, batch.Record);
        return batch.Record;
    }

    private void Keep(ulong number, BatchRecord record)
    {
        lock (_gate)
        {
            if (!_records.TryAdd(number, record)) return;
            _order.Enqueue(number);
            _bytes += SizeOf(record);
            while (_bytes > CachedBytes && _order.TryDequeue(out ulong oldest) && _records.Remove(oldest, out BatchRecord? dropped))
                _bytes -= SizeOf(dropped);
        }
    }

    /// <summary>A record holds the whole frame that it came in.</summary>
    private static long SizeOf(BatchRecord record)
    {
        long size = record.WriteSet.Length + record.Results.Length;
        for (int i = 0; i < record.Requests.Count; i++) size += record.Requests[i].Length;
        return size;
    }
}
