using Coco.Primitives;

namespace Coco.Store;

/// <summary>
/// Drops records that a committed version replaced, as soon as no pinned version needs them; those that are needed wait in a
/// queue that every commit looks through in part, so the work of one commit is bounded by what was written.
/// </summary>
internal sealed class Chains(Entries entries, ReaderSlots readers)
{
    // Besides twice what came in: lets the queue drain after a long read without a pause.
    private const int SpareReviews = 256;

    private readonly ChunkedQueue<Superseded> _waiting = new();
    private long _since;

    /// <summary>Records that an open view may still read.</summary>
    public long Waiting => _waiting.Count;

    /// <summary>Version <paramref name="by"/> of this entry is committed: what it replaced is superseded.</summary>
    public void Supersede(uint entry, ulong by)
    {
        uint record = entries.Header(entry).Newest;
        while (entries.Record(record).Version != by) record = entries.Record(record).Older;
        uint replaced = entries.Record(record).Older;
        if (replaced != Slabs.None)
        {
            if (readers.IsPinned(entries.Record(replaced).Version, by)) Wait(new Superseded(entry, replaced, by));
            else Unlink(record, replaced);
        }
        TrimDeletion(entry, by);
    }

    /// <summary>Looks again at some of the records that wait.</summary>
    public void Review(ulong committed)
    {
        long budget = Math.Min((_since * 2) + SpareReviews, _waiting.Count);
        for (; budget > 0; budget--)
        {
            Superseded item = _waiting.Dequeue();
            if (readers.IsPinned(entries.Record(item.Record).Version, item.By))
            {
                _waiting.Enqueue(item);
                continue;
            }
            Unlink(RecordAbove(item), item.Record);
            TrimDeletion(item.Entry, committed);
        }
        _since = 0;
    }

    private void Wait(Superseded item)
    {
        _waiting.Enqueue(item);
        _since++;
    }

    private uint RecordAbove(Superseded item)
    {
        uint above = entries.Header(item.Entry).Newest;
        while (entries.Record(above).Older != item.Record)
        {
            above = entries.Record(above).Older;
            Invariant.Holds(above != Slabs.None, "a superseded record stands in its chain");
        }
        return above;
    }

    private void Unlink(uint above, uint record)
    {
        Volatile.Write(ref entries.Record(above).Older, entries.Record(record).Older);
        entries.RetireRecord(record);
    }

    /// <summary>
    /// A deletion with nothing below says what its absence says, so it goes, and the key with it. Not where a version up to
    /// <paramref name="upTo"/> stands above: then it is superseded and has its own turn.
    /// </summary>
    private void TrimDeletion(uint entry, ulong upTo)
    {
        uint above = Slabs.None, lowest = entries.Header(entry).Newest;
        for (uint older = entries.Record(lowest).Older; older != Slabs.None; older = entries.Record(lowest).Older)
        {
            above = lowest;
            lowest = older;
        }
        ref VersionHeader record = ref entries.Record(lowest);
        if (!record.IsDeletion || record.Version > upTo) return;
        if (above == Slabs.None) entries.SetNewest(entry, Slabs.None);
        else if (entries.Record(above).Version > upTo) Volatile.Write(ref entries.Record(above).Older, Slabs.None);
        else return;
        entries.RetireRecord(lowest);
    }

    private readonly record struct Superseded(uint Entry, uint Record, ulong By);
}
