using Coco.Primitives;

namespace Coco.Worker;

/// <summary>
/// Where the batches that are not yet in the index stand in the log. Entries that are no batches are few, so only the places where
/// the distance between batch number and index changes are kept, in order: one writer, any readers.
/// </summary>
internal sealed class BatchPlaces
{
    private readonly Lock _lock = new();
    private readonly List<(ulong Batch, ulong Index)> _changes = [];
    private ulong _last;

    public void Add(BatchNumber batch, LogIndex index)
    {
        lock (_lock)
        {
            _last = batch.Value;
            if (_changes.Count > 0 && index.Value - batch.Value == _changes[^1].Index - _changes[^1].Batch) return;
            _changes.Add((batch.Value, index.Value));
        }
    }

    /// <summary>Batches up to this one are found elsewhere.</summary>
    public void Forget(BatchNumber upTo)
    {
        lock (_lock)
        {
            int keep = LastChangeUpTo(upTo.Value);
            if (keep > 0) _changes.RemoveRange(0, keep);
        }
    }

    /// <summary>False for batches that were not applied here.</summary>
    public bool TryFind(BatchNumber batch, out LogIndex index)
    {
        index = default;
        lock (_lock)
        {
            int at = LastChangeUpTo(batch.Value);
            if (at < 0 || batch.Value > _last) return false;
            index = new LogIndex(batch.Value + (_changes[at].Index - _changes[at].Batch));
            return true;
        }
    }

    private int LastChangeUpTo(ulong batch)
    {
        int low = 0;
        int high = _changes.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_changes[middle].Batch <= batch) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }
}
