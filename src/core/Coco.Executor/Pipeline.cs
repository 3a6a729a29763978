using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Executor;

/// <summary>A batch on the speculative head.</summary>
internal sealed class SpeculativeBatch(BatchInput input, IExecutedBatch executed, ReadOnlyMemory<byte> writeSet)
{
    public BatchNumber Number => input.Number;
    public IExecutedBatch Executed => executed;

    /// <summary>Complete once sealed.</summary>
    public BatchRecord? Record { get; private set; }

    public void Complete(ReadOnlyMemory<byte> results)
    {
        var requests = new ReadOnlyMemory<byte>[executed.Included.Count];
        for (int i = 0; i < requests.Length; i++) requests[i] = executed.Included[i].Request;
        Record = new BatchRecord(input.Number, input.Environment, requests, writeSet, results);
    }
}

/// <summary>The speculative batches in order, oldest first.</summary>
internal sealed class Pipeline
{
    private readonly List<SpeculativeBatch> _batches = [];

    public int Depth => _batches.Count;

    /// <summary>Transactions in all of them.</summary>
    public int TransactionCount { get; private set; }

    public void Add(SpeculativeBatch batch)
    {
        _batches.Add(batch);
        TransactionCount += batch.Executed.Included.Count;
    }

    public SpeculativeBatch TakeOldest(BatchNumber number)
    {
        Invariant.Holds(_batches.Count > 0 && _batches[0].Number == number, "batches commit in the order of their numbers");
        SpeculativeBatch oldest = _batches[0];
        _batches.RemoveAt(0);
        TransactionCount -= oldest.Executed.Included.Count;
        return oldest;
    }

    /// <summary>The batch that was executed as this one; null when it was rolled back since.</summary>
    public SpeculativeBatch? Find(IExecutedBatch executed)
    {
        foreach (SpeculativeBatch batch in _batches)
            if (ReferenceEquals(batch.Executed, executed)) return batch;
        return null;
    }

    public bool Holds(BatchNumber number) =>
        _batches.Count > 0 && _batches[0].Number <= number && number <= _batches[^1].Number;

    /// <summary>Drops the batches from <paramref name="from"/> on; their transactions, in order, go to <paramref name="transactions"/>.</summary>
    public void DropFrom(BatchNumber from, List<AdmittedTransaction> transactions)
    {
        int keep = 0;
        while (keep < _batches.Count && _batches[keep].Number < from) keep++;
        for (int i = keep; i < _batches.Count; i++)
        {
            transactions.AddRange(_batches[i].Executed.Included);
            TransactionCount -= _batches[i].Executed.Included.Count;
        }
        _batches.RemoveRange(keep, _batches.Count - keep);
    }
}
