using Coco.Ledgers;
using Coco.Postings;
using Coco.Primitives;

namespace Coco.Worker.Indexing;

/// <summary>The lookups over what <see cref="Indexer"/> adds.</summary>
internal sealed class LedgerIndex : ILedgerIndex
{
    /// <summary>The worker's own table: batch number to the index of its entry.</summary>
    public const byte PlaceTable = 255;

    /// <summary>A segment may be merged away under a lookup; more often than this in a row it is not.</summary>
    private const int Tries = 4;

    private volatile PostingStore? _store;
    private volatile TaskCompletionSource _advanced = MakeSignal();

    /// <summary>A segment can't be read and must be made anew.</summary>
    public event Action<SegmentFile>? Damaged;

    public (BatchNumber First, BatchNumber Last)? Covered =>
        _store?.Covered is { } covered ? (covered.First, covered.Last) : null;

    public void Open(PostingStore store)
    {
        _store = store;
        Advance();
    }

    /// <summary>Wakes those who wait for batches.</summary>
    public void Advance() => Interlocked.Exchange(ref _advanced, MakeSignal()).TrySetResult();

    public async ValueTask WaitAsync(BatchNumber upTo, CancellationToken cancellation)
    {
        long deadline = Environment.TickCount64 + Limits.IndexWaitMs;
        while (true)
        {
            Task next = _advanced.Task;
            if (Covered is { } covered && covered.Last >= upTo) return;
            long left = deadline - Environment.TickCount64;
            if (left <= 0) throw new HistoryUnavailableException("transaction indexing is in progress");
            await Task.WhenAny(next, Task.Delay((int)left, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public bool TryFindLast(byte table, ulong key, ulong atMost, BatchNumber upTo, out ulong value)
    {
        for (int tries = 0; ; tries++)
        {
            PostingStore store = Store();
            try
            {
                return store.TryFindLast(Posting.KeyOf(table, key), atMost, upTo, out value);
            }
            catch (SegmentUnreadableException unreadable)
            {
                BeforeNextTry(store, unreadable.File, tries);
            }
        }
    }

    public void Find(byte table, ulong key, ulong from, ulong to, BatchNumber first, BatchNumber last, List<ulong> values)
    {
        int before = values.Count;
        for (int tries = 0; ; tries++)
        {
            PostingStore store = Store();
            try
            {
                store.Find(Posting.KeyOf(table, key), from, to, first, last, values);
                return;
            }
            catch (SegmentUnreadableException unreadable)
            {
                BeforeNextTry(store, unreadable.File, tries);
                values.RemoveRange(before, values.Count - before);
            }
        }
    }

    private PostingStore Store() => _store ?? throw new HistoryUnavailableException("transaction indexing is in progress");

    /// <summary>Throws where the segment is damaged, and not merely merged into another.</summary>
    private void BeforeNextTry(PostingStore store, SegmentFile file, int tries)
    {
        bool isInUse = store.IsInUse(file);
        if (isInUse) Damaged?.Invoke(file);
        if (isInUse || tries >= Tries) throw new HistoryUnavailableException("a part of the index is being made anew");
    }

    private static TaskCompletionSource MakeSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
