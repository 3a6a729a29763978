using Coco.Primitives;

namespace Coco.Postings;

/// <summary>Of a table whose values are batch numbers, only what a question about the last batches needs is kept when segments are merged.</summary>
public readonly record struct PruneWindow(byte Table, ulong Batches);

/// <summary>
/// Postings of all batches, from the first in one unbroken range: the newest in memory, the others in sealed segments of growing
/// size. All of it is derived from the ledger, and what is lost or damaged is added again from there. One thread adds, seals and
/// merges; any thread looks up. Under one key, values rise from batch to batch.
/// </summary>
public sealed class PostingStore
{
    private readonly ISegmentFiles _files;
    private readonly PruneWindow? _prune;
    private readonly int _bufferPostings;
    private View _view;
    private Posting[] _sorted = [];
    private SegmentMerge? _merge;

    /// <summary>Opens the segments of <paramref name="found"/> that make one range; the others are dropped.</summary>
    public PostingStore(
        ISegmentFiles files, IReadOnlyList<SegmentFile> found, PruneWindow? prune = null, int bufferPostings = Limits.BufferPostings)
    {
        _files = files;
        _prune = prune;
        _bufferPostings = bufferPostings;
        Segment[] chain = ChooseChain(found);
        _view = new View(chain, NewBuffer(), CoverageOf(chain));
    }

    private sealed record View(Segment[] Segments, PostingBuffer Buffer, SegmentCoverage? Covered);

    /// <summary>The batches of which everything is found; null before the first.</summary>
    public SegmentCoverage? Covered => Volatile.Read(ref _view).Covered;

    /// <summary>Postings in memory.</summary>
    public int Buffered => Volatile.Read(ref _view).Buffer.Count;

    /// <summary>Segments by level, the oldest first.</summary>
    public IReadOnlyList<int> Levels => [.. Volatile.Read(ref _view).Segments.Select(segment => segment.Level)];

    /// <summary>Postings in sealed segments.</summary>
    public ulong Sealed => Volatile.Read(ref _view).Segments.Aggregate(0UL, (sum, segment) => sum + segment.Postings);

    public bool IsFull => _view.Buffer.Count >= _bufferPostings;

    /// <summary>A posting of the batch that <see cref="EndBatch"/> ends.</summary>
    public void Add(ulong key, ulong value) => _view.Buffer.Add(key, value);

    public void EndBatch(BatchNumber batch, LogIndex index)
    {
        SegmentCoverage? before = _view.Covered;
        Invariant.Holds(before is null || before.Value.Last.Next() == batch, "batches are added in order");
        Volatile.Write(ref _view, _view with { Covered = new SegmentCoverage(before?.First ?? batch, batch, index) });
    }

    /// <summary>What is in memory becomes a segment; false, with nothing changed, where it could not be stored.</summary>
    public bool TrySeal()
    {
        View view = _view;
        if (view.Covered is not { } covered || view.Buffer.Count == 0) return true;
        BatchNumber first = view.Segments.Length == 0 ? covered.First : view.Segments[^1].Coverage.Last.Next();
        var writer = new SegmentWriter(_files, covered with { First = first }, 0);
        ReadOnlySpan<Posting> sorted = view.Buffer.Sort(ref _sorted);
        PruneRule? prune = Rule(covered.Last);
        for (int i = 0; i < sorted.Length; i++)
        {
            bool isLast = i + 1 == sorted.Length;
            if (isLast || (sorted[i] != sorted[i + 1] && prune?.Covers(sorted[i], sorted[i + 1]) != true)) writer.Add(sorted[i]);
        }
        // A genesis state has more postings than room is kept for.
        if (_sorted.Length > 2 * _bufferPostings) _sorted = [];
        if (writer.Finish() is not { } segment) return false;
        Volatile.Write(ref _view, view with { Segments = [.. view.Segments, segment], Buffer = NewBuffer() });
        return true;
    }

    /// <summary>Moves up to <paramref name="postings"/> postings in the merge that is due; false where none is.</summary>
    public bool TryMerge(int postings)
    {
        if (_merge is null)
        {
            if (DueInputs() is not { } inputs) return false;
            _merge = new SegmentMerge(_files, inputs, Rule(_view.Covered!.Value.Last));
        }
        if (!_merge.Step(postings)) EndMerge(_merge);
        return true;
    }

    /// <summary>Forgets a segment that can't be read, and all that was added after it, to be added again from the ledger.</summary>
    public void CutAt(in SegmentFile file)
    {
        CancelMerge();
        Segment[] segments = _view.Segments;
        int at = 0;
        while (at < segments.Length && segments[at].File != file) at++;
        if (at == segments.Length) return;
        Segment[] kept = segments[..at];
        Volatile.Write(ref _view, new View(kept, NewBuffer(), CoverageOf(kept)));
        foreach (Segment segment in segments[at..]) _files.Drop(segment.File);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        if (_view.Segments.Length > 0) CutAt(_view.Segments[0].File);
        else Volatile.Write(ref _view, new View([], NewBuffer(), null));
    }

    /// <summary>False for a segment that was merged into another since: the lookup that failed on it can be tried again.</summary>
    public bool IsInUse(SegmentFile file) => Array.Exists(Volatile.Read(ref _view).Segments, segment => segment.File == file);

    /// <summary>
    /// The greatest value under the key that is at most <paramref name="atMost"/>, looked for in batches up to
    /// <paramref name="upTo"/>. Throws <see cref="SegmentUnreadableException"/>.
    /// </summary>
    public bool TryFindLast(ulong key, ulong atMost, BatchNumber upTo, out ulong value)
    {
        View view = Volatile.Read(ref _view);
        if (view.Buffer.TryFindLast(key, atMost, out value)) return true;
        for (int i = view.Segments.Length - 1; i >= 0; i--)
            if (view.Segments[i].Coverage.First <= upTo && view.Segments[i].TryFindLast(key, atMost, out value)) return true;
        return false;
    }

    /// <summary>
    /// Adds the values under the key from <paramref name="from"/> to <paramref name="to"/>, rising, looked for in the batches from
    /// <paramref name="first"/> to <paramref name="last"/>. Throws <see cref="SegmentUnreadableException"/>.
    /// </summary>
    public void Find(ulong key, ulong from, ulong to, BatchNumber first, BatchNumber last, List<ulong> values)
    {
        View view = Volatile.Read(ref _view);
        foreach (Segment segment in view.Segments)
            if (segment.Coverage.First <= last && segment.Coverage.Last >= first) segment.Find(key, from, to, values);
        int sorted = values.Count;
        view.Buffer.Find(key, from, to, values);
        values.Sort(sorted, values.Count - sorted, null);
    }

    private Segment[] ChooseChain(IReadOnlyList<SegmentFile> found)
    {
        List<Segment> open = [];
        List<SegmentFile> unfit = [];
        foreach (SegmentFile file in found)
        {
            if (open.Count < Limits.MaxSegments && Segment.TryOpen(_files, file) is { } segment) open.Add(segment);
            else unfit.Add(file);
        }
        // After a merge was stored and before its inputs were dropped both are there: the longer one is taken.
        open.Sort(static (left, right) => left.Coverage.First != right.Coverage.First
            ? left.Coverage.First.CompareTo(right.Coverage.First) : right.Coverage.Last.CompareTo(left.Coverage.Last));
        List<Segment> chain = [];
        foreach (Segment segment in open)
        {
            if (chain.Count == 0 || segment.Coverage.First == chain[^1].Coverage.Last.Next()) chain.Add(segment);
            else unfit.Add(segment.File);
        }
        foreach (SegmentFile file in unfit) _files.Drop(file);
        return [.. chain];
    }

    /// <summary>Some room above the limit, since a batch is added whole.</summary>
    private PostingBuffer NewBuffer() => new(_bufferPostings + (_bufferPostings / 8));

    private static SegmentCoverage? CoverageOf(Segment[] chain) => chain.Length == 0
        ? null : chain[^1].Coverage with { First = chain[0].Coverage.First };

    /// <summary>The newest neighbours of one level, where there are enough.</summary>
    private Segment[]? DueInputs()
    {
        Segment[] segments = _view.Segments;
        for (int end = segments.Length; end >= Limits.SegmentsPerLevel; end--)
        {
            Segment[] run = segments[(end - Limits.SegmentsPerLevel)..end];
            if (run[0].Level < Limits.TopLevel && Array.TrueForAll(run, segment => segment.Level == run[0].Level)) return run;
        }
        return null;
    }

    private void EndMerge(SegmentMerge merge)
    {
        _merge = null;
        if (merge.Finish() is not { } merged) return;
        View view = _view;
        int at = Array.IndexOf(view.Segments, merge.Inputs[0]);
        Segment[] segments = [.. view.Segments[..at], merged, .. view.Segments[(at + merge.Inputs.Count)..]];
        Volatile.Write(ref _view, view with { Segments = segments });
        foreach (Segment input in merge.Inputs) _files.Drop(input.File);
    }

    private void CancelMerge()
    {
        _merge?.Abandon();
        _merge = null;
    }

    private PruneRule? Rule(BatchNumber last) => _prune is not { } window ? null
        : new PruneRule(window.Table, last.Value > window.Batches ? last.Value - window.Batches : 0);
}
