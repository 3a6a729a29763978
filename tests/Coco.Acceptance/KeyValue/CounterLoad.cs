using System.Collections.Concurrent;
using System.Diagnostics;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>
/// Clients that each count a key of their own up by one with compare-and-set, going from VN to VN, and send a request that got
/// no answer again as it was. A lost or a repeated acknowledged step breaks the count, and so does a VN whose reads go back.
/// </summary>
internal sealed class CounterLoad : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly KeyValueClient[] _nodes;
    private readonly Client[] _clients;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly Task[] _running;

    public CounterLoad(StatusDocument status, int clients)
    {
        string run = Guid.NewGuid().ToString("N")[..8];
        _nodes = [.. status.Nodes.Select(node => new KeyValueClient(node))];
        _clients = [.. Enumerable.Range(0, clients).Select(number => new Client($"{run}-{number}"))];
        _running = [.. _clients.Select((client, number) => Task.Run(() => CountAsync(client, number)))];
    }

    public int Acknowledged => _clients.Sum(client => client.History.Count);

    /// <summary>The longest time that a client waited for one step.</summary>
    public TimeSpan LongestWait => _clients.Max(client => client.LongestWait);

    /// <summary>Waits until each client was acknowledged this many further steps.</summary>
    public async Task AdvanceAsync(int steps)
    {
        int[] wanted = [.. _clients.Select(client => client.History.Count + steps)];
        long start = Stopwatch.GetTimestamp();
        while (_clients.Where((client, i) => client.History.Count < wanted[i]).Any())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience) Assert.Fail($"Nothing is acknowledged for {Patience.TotalSeconds} s. {string.Join("; ", _violations)}");
            if (_running.Any(client => client.IsFaulted)) await Task.WhenAll(_running);
            await Task.Delay(20);
        }
    }

    /// <summary>Stops the clients, each after its step, and checks every VN against the histories.</summary>
    public async Task StopAndCheckAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        Assert.Empty(_violations);
        foreach (Client client in _clients)
        {
            string last = $"{client.History.Count}";
            foreach (KeyValueClient node in _nodes) Assert.Equal((node.Name, last), (node.Name, await node.GetAsync(client.Key, isLinearizable: true)));
            for (int i = 1; i < client.History.Count; i++) Assert.True(client.History[i].Outcome.Batch > client.History[i - 1].Outcome.Batch);
        }
        await AssertNoneIsExecutedAgainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (KeyValueClient node in _nodes) node.Dispose();
        _stop.Dispose();
    }

    /// <summary>Each acknowledged request, sent again to another VN, gets its first answer.</summary>
    private async Task AssertNoneIsExecutedAgainAsync()
    {
        (Submission Submission, Outcome Outcome)[] all = [.. _clients.SelectMany(client => client.History)];
        await Parallel.ForAsync(0, all.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            Assert.Equal(all[i].Outcome, await _nodes[i % _nodes.Length].SubmitAsync(all[i].Submission)));
        foreach (Client client in _clients)
            Assert.Equal($"{client.History.Count}", await _nodes[0].GetAsync(client.Key, isLinearizable: true));
    }

    private async Task CountAsync(Client client, int number)
    {
        for (int step = 1; !_stop.IsCancellationRequested; step++)
        {
            Submission submission = Submission.CompareAndSet(client.Key, step == 1 ? null : $"{step - 1}", $"{step}");
            (Outcome Outcome, KeyValueClient Node)? done = await UntilAcknowledgedAsync(client, submission, number + step);
            if (done is null) return;
            client.History.Add((submission, done.Value.Outcome));
            if (!done.Value.Outcome.Applied) _violations.Enqueue($"{client.Key}: step {step} was not applied: lost or executed twice");
            if (await done.Value.Node.TryGetAsync(client.Key) is { } read && read != $"{step}")
                _violations.Enqueue($"{client.Key}: {done.Value.Node.Name} acknowledged {step} and then read {read}");
            KeyValueClient other = _nodes[step % _nodes.Length];
            if (await other.TryGetAsync(client.Key) is { } seen) CheckNeverBack(client, other.Name, int.Parse(seen));
        }
    }

    private async Task<(Outcome, KeyValueClient)?> UntilAcknowledgedAsync(Client client, Submission submission, int first)
    {
        long start = Stopwatch.GetTimestamp();
        for (int attempt = first; ; attempt++)
        {
            KeyValueClient node = _nodes[attempt % _nodes.Length];
            if (await node.SubmitAsync(submission) is { } outcome)
            {
                TimeSpan waited = Stopwatch.GetElapsedTime(start);
                if (waited > client.LongestWait) client.LongestWait = waited;
                return (outcome, node);
            }
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                _violations.Enqueue($"{client.Key}: no VN acknowledged a step for {Patience.TotalSeconds} s");
                return null;
            }
            await Task.Delay(20);
        }
    }

    private void CheckNeverBack(Client client, string node, int seen)
    {
        if (client.Seen.TryGetValue(node, out int before) && seen < before)
            _violations.Enqueue($"{client.Key}: reads of {node} went back from {before} to {seen}");
        client.Seen[node] = seen;
    }

    private sealed class Client(string key)
    {
        public string Key { get; } = key;
        public List<(Submission Submission, Outcome Outcome)> History { get; } = [];
        public Dictionary<string, int> Seen { get; } = [];
        public TimeSpan LongestWait { get; set; }
    }
}
