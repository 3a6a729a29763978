using Coco.Primitives;

namespace Coco.Postings;

/// <summary>Values of a table that are no longer asked for: those before the last one that is at most the floor.</summary>
/// <param name="Table">The number of the table.</param>
/// <param name="Floor">The smallest value that is still asked for.</param>
public readonly record struct PruneRule(byte Table, ulong Floor)
{
    private const int TableShift = 56;

    /// <summary>Whether <paramref name="posting"/> may go, if <paramref name="next"/> follows it.</summary>
    internal bool Covers(in Posting posting, in Posting next) =>
        (byte)(posting.Key >> TableShift) == Table && next.Key == posting.Key && next.Value <= Floor;
}

/// <summary>Makes one segment of neighbours, in steps: each gives the thread back to more urgent work.</summary>
internal sealed class SegmentMerge
{
    private readonly SegmentRun[] _runs;
    private readonly SegmentWriter _writer;
    private readonly PruneRule? _prune;
    private Posting? _held;

    public SegmentMerge(ISegmentFiles files, IReadOnlyList<Segment> inputs, PruneRule? prune)
    {
        Inputs = inputs;
        _prune = prune;
        _runs = [.. inputs.Select(input => new SegmentRun(files, input))];
        int level = Math.Min(inputs.Max(input => input.Level) + 1, Limits.TopLevel);
        _writer = new SegmentWriter(files, inputs[0].Coverage with { Last = inputs[^1].Coverage.Last, LastIndex = inputs[^1].Coverage.LastIndex }, level);
    }

    public IReadOnlyList<Segment> Inputs { get; }

    /// <summary>Moves up to <paramref name="most"/> postings on; false when all are moved.</summary>
    public bool Step(int most)
    {
        for (int i = 0; i < most; i++)
        {
            SegmentRun? least = null;
            foreach (SegmentRun run in _runs)
                if (run.HasCurrent && (least is null || run.Current < least.Current)) least = run;
            if (least is null) return false;
            Put(least.Current);
            least.Next();
        }
        return true;
    }

    public Segment? Finish()
    {
        if (_held is { } last) _writer.Add(last);
        return _writer.Finish();
    }

    public void Abandon() => _writer.Abandon();

    private void Put(in Posting posting)
    {
        if (_held is { } held && held != posting && _prune?.Covers(held, posting) != true) _writer.Add(held);
        _held = posting;
    }
}

/// <summary>All postings of a segment in order.</summary>
internal sealed class SegmentRun
{
    private readonly ISegmentFiles _files;
    private readonly SegmentFile _file;
    private ReadOnlyMemory<byte> _ahead;
    private uint _nextPage;
    private DataPageReader _reader;

    public SegmentRun(ISegmentFiles files, Segment segment)
    {
        _files = files;
        _file = segment.File;
        Next();
    }

    public bool HasCurrent { get; private set; }
    public Posting Current => _reader.Current;

    public void Next()
    {
        while (!(HasCurrent = _reader.TryNext()))
        {
            if (_ahead.IsEmpty && !TryReadAhead()) return;
            _reader = new DataPageReader(_ahead[..Limits.PageBytes]);
            _ahead = _ahead[Limits.PageBytes..];
        }
    }

    /// <summary>False at the footer.</summary>
    private bool TryReadAhead()
    {
        int count = (int)Math.Min(Limits.PagesAhead, _file.Pages - _nextPage);
        if (count == 0) return false;
        if (!_files.TryReadRun(_file, _nextPage, count, out _ahead) || _ahead.Length != count * Limits.PageBytes)
            throw new SegmentUnreadableException(_file);
        _nextPage += (uint)count;
        return true;
    }
}
