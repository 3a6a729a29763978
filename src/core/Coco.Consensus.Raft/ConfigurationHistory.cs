using Coco.Primitives;

namespace Coco.Consensus.Raft;

/// <summary>
/// Who takes part, as of each place that may still be undone. A configuration counts from when it stands in the log, committed
/// or not (Raft 6), and ends to count when it is truncated away.
/// </summary>
internal sealed class ConfigurationHistory
{
    private readonly List<(LogIndex Index, Configuration Configuration)> _known = [];

    public ConfigurationHistory(LogIndex index, Configuration configuration) => _known.Add((index, configuration));

    public Configuration Current => _known[^1].Configuration;

    /// <summary>Where the current one stands in the log.</summary>
    public LogIndex CurrentIndex => _known[^1].Index;

    public void Add(LogIndex index, Configuration configuration) => _known.Add((index, configuration));

    /// <summary>A voter of the current configuration, or of one before that is not known to be superseded.</summary>
    public bool MayBeVoter(NodeId node)
    {
        for (int i = 0; i < _known.Count; i++)
            if (_known[i].Configuration.IsVoter(node)) return true;
        return false;
    }

    /// <summary>Whether this took away the current configuration.</summary>
    public bool TruncateAfter(LogIndex index)
    {
        int before = _known.Count;
        while (_known.Count > 1 && _known[^1].Index > index) _known.RemoveAt(_known.Count - 1);
        return _known.Count != before;
    }

    /// <summary>Forgets what a commit has made final.</summary>
    public void Committed(LogIndex commit)
    {
        while (_known.Count > 1 && _known[1].Index <= commit) _known.RemoveAt(0);
    }

    public void Reset(LogIndex index, Configuration configuration)
    {
        _known.Clear();
        Add(index, configuration);
    }
}
