using Coco.Primitives;

namespace Coco.Worker;

/// <summary>
/// Where each committed batch stands in the log. Entries that are no batches are few, so only the places where the distance
/// between batch number and index changes are kept, in order: one writer, any readers.
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

    /// <summary>False for batches that were not applied here.</summary>
    public bool TryFind(BatchNumber batch, out LogIndex index)
    {
        index = default;
        lock (_lock)
        {
            int after = _changes.FindIndex(0, _changes.Count, change => change.Batch > batch.Value);
            int at = (after < 0 ? _changes.Count : after) - 1;
            if (at < 0 || batch.Value > _last) return false;
            index = new LogIndex(batch.Value + (_changes[at].Index - _changes[at].Batch));
            return true;
        }
    }
}
