using System.Security.Cryptography;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

internal enum FilterKind : byte
{
    Blocks,
    Logs,
    Transactions,
}

/// <summary>A filter that a client polls: where it stands in the chain, or the hashes that wait for it.</summary>
internal sealed class PollFilter(FilterKind kind, LogFilter? logs, ulong next)
{
    public FilterKind Kind { get; } = kind;
    public LogFilter? Logs { get; } = logs;

    /// <summary>The first block not yet told. Held while a poll is under way, so that nothing is told twice.</summary>
    public ulong Next { get; set; } = next;
    public SemaphoreSlim Gate { get; } = new(1);
    public ulong LastUsedMs { get; set; }

    /// <summary>Newest admitted transactions; the oldest give way.</summary>
    public Queue<Hash256> Hashes { get; } = new();
}

/// <summary>The filters of all clients, bounded in number and life.</summary>
internal sealed class FilterTable(INodeFacts node)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PollFilter> _filters = new(StringComparer.OrdinalIgnoreCase);
    private int _transactionFilters;

    /// <summary>Null where there are too many.</summary>
    public string? Add(PollFilter filter)
    {
        string id = "0x" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        lock (_gate)
        {
            if (_filters.Count >= RpcLimits.Filters) RemoveOld();
            if (_filters.Count >= RpcLimits.Filters) return null;
            filter.LastUsedMs = node.UnixMs;
            _filters.Add(id, filter);
            if (filter.Kind == FilterKind.Transactions) _transactionFilters++;
        }
        return id;
    }

    public PollFilter? Find(string id)
    {
        lock (_gate)
        {
            if (!_filters.TryGetValue(id, out PollFilter? filter)) return null;
            if (IsOld(filter))
            {
                Drop(id, filter);
                return null;
            }
            filter.LastUsedMs = node.UnixMs;
            return filter;
        }
    }

    public bool Remove(string id)
    {
        lock (_gate)
        {
            if (!_filters.TryGetValue(id, out PollFilter? filter)) return false;
            Drop(id, filter);
            return !IsOld(filter);
        }
    }

    /// <summary>This VN took a transaction.</summary>
    public void Admitted(AdmittedEthereumTransaction transaction)
    {
        if (Volatile.Read(ref _transactionFilters) == 0) return;
        lock (_gate)
        {
            foreach (PollFilter filter in _filters.Values)
            {
                if (filter.Kind != FilterKind.Transactions) continue;
                if (filter.Hashes.Count >= RpcLimits.FilterItems) filter.Hashes.Dequeue();
                filter.Hashes.Enqueue(transaction.Id);
            }
        }
    }

    public Hash256[] TakeHashes(PollFilter filter)
    {
        lock (_gate)
        {
            Hash256[] hashes = [.. filter.Hashes];
            filter.Hashes.Clear();
            return hashes;
        }
    }

    private bool IsOld(PollFilter filter) => node.UnixMs > filter.LastUsedMs + RpcLimits.FilterLifeMs;

    private void RemoveOld()
    {
        foreach ((string id, PollFilter filter) in _filters.ToArray())
            if (IsOld(filter)) Drop(id, filter);
    }

    private void Drop(string id, PollFilter filter)
    {
        _filters.Remove(id);
        if (filter.Kind == FilterKind.Transactions) _transactionFilters--;
    }
}
