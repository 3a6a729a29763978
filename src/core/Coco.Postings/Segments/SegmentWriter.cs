using Coco.Primitives;

namespace Coco.Postings;

/// <summary>Writes sorted postings as a segment, page after page: a few pages are held at a time, however many postings there are.</summary>
internal sealed class SegmentWriter(ISegmentFiles files, SegmentCoverage coverage, int level)
{
    private readonly DataPageBuilder _data = new();
    private readonly FilterPageBuilder _filter = new();
    private readonly List<IndexPageBuilder> _dataTree = [];
    private readonly List<IndexPageBuilder> _filterTree = [];
    private ISegmentOutput? _output;
    private ulong _postings;
    private uint _pages;
    private ulong _lastKey;

    public void Add(in Posting posting)
    {
        if (_postings++ == 0 || posting.Key != _lastKey) AddKey(posting.Key);
        if (_data.TryAdd(posting)) return;
        EndData();
        _data.TryAdd(posting);
    }

    public Segment? Finish()
    {
        if (_data.Count > 0) EndData();
        if (_filter.Count > 0) EndFilter();
        uint dataRoot = EndTree(_dataTree), filterRoot = EndTree(_filterTree);
        var footer = new SegmentFooter(coverage, level, _postings, _pages + 1, dataRoot, filterRoot);
        Span<byte> page = stackalloc byte[Limits.PageBytes];
        footer.Write(page);
        Append(page);
        return _output!.End() is { } file ? new Segment(files, file, footer) : null;
    }

    public void Abandon() => _output?.Abandon();

    private void AddKey(ulong key)
    {
        if (_filter.Count == Limits.KeysPerFilter) EndFilter();
        _filter.Add(key);
        _lastKey = key;
    }

    private void EndData()
    {
        Posting first = _data.First;
        AddTo(_dataTree, 0, first, Append(_data.Take()));
    }

    private void EndFilter()
    {
        AddTo(_filterTree, 0, new Posting(_filter.FirstKey, 0), Append(_filter.Take()));
        _filter.Clear();
    }

    private void AddTo(List<IndexPageBuilder> tree, int height, in Posting first, uint child)
    {
        if (tree.Count == height) tree.Add(new IndexPageBuilder());
        if (tree[height].Count == IndexPageBuilder.Capacity) EndLevel(tree, height);
        tree[height].Add(first, child);
    }

    private uint EndLevel(List<IndexPageBuilder> tree, int height)
    {
        Posting first = tree[height].First;
        uint page = Append(tree[height].Take());
        AddTo(tree, height + 1, first, page);
        return page;
    }

    /// <summary>Ends all levels; the page of the top one. 0 where the tree is empty: page 0 is never a root.</summary>
    private uint EndTree(List<IndexPageBuilder> tree)
    {
        for (int height = 0; height < tree.Count; height++)
        {
            if (height == tree.Count - 1) return Append(tree[height].Take());
            EndLevel(tree, height);
        }
        return 0;
    }

    private uint Append(ReadOnlySpan<byte> page)
    {
        _output ??= files.Begin(coverage.LastIndex);
        _output.Append(page);
        return _pages++;
    }
}
