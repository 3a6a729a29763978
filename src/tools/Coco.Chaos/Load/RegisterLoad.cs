using System.Collections.Concurrent;
using System.Diagnostics;

namespace Coco.Chaos;

/// <summary>
/// Clients that write and read registers through all nodes and never give up on a write: one that got no answer is sent again
/// under its id, through the next node, until somebody says what became of it.
/// </summary>
internal sealed class RegisterLoad : IAsyncDisposable
{
    /// <summary>Keys in use at a time: few, so that clients meet.</summary>
    private const int Keys = 4;

    /// <summary>After so many operations the load goes on with other keys, which bounds the search for an order.</summary>
    private const int OperationsPerGeneration = 400;

    private static readonly TimeSpan PauseAfterSilence = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseBetween = TimeSpan.FromMilliseconds(4);

    /// <summary>How long the ledger remembers an id at most, less what clocks may differ by.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(14);

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly RegisterClient[] _nodes;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly ConcurrentQueue<HistoryOperation> _history = new();
    private readonly ConcurrentQueue<string> _acknowledged = new();
    private readonly ConcurrentDictionary<string, string?> _lastSeen = new();
    private readonly Task[] _clients;
    private int _counter;
    private volatile Success? _latest;

    /// <param name="nodes">Disposed of with the load.</param>
    public RegisterLoad(RegisterClient[] nodes, int clients, int seed)
    {
        _nodes = nodes;
        _clients = [.. Enumerable.Range(0, clients).Select(client => Task.Run(() => RunAsync(client, new Random(seed + client))))];
    }

    public IReadOnlyCollection<HistoryOperation> History => _history;

    /// <summary>Writes that a node said were committed.</summary>
    public int Acknowledged => _acknowledged.Count;

    public IReadOnlyCollection<string> AcknowledgedIds => _acknowledged;

    /// <summary>When a write that was sent after <paramref name="since"/> was acknowledged, counted from there; null: not in time.</summary>
    public async Task<TimeSpan?> WaitForWriteAsync(long since, TimeSpan patience)
    {
        while (Stopwatch.GetElapsedTime(since) < patience)
        {
            if (_latest is { } write && write.Sent > since) return Stopwatch.GetElapsedTime(since, write.Acknowledged);
            await Task.Delay(2);
        }
        return null;
    }

    /// <summary>Lets every operation under way come to its end; those that still have none after a minute stay open in the history.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        _giveUp.CancelAfter(TimeSpan.FromMinutes(1));
        await Task.WhenAll(_clients);
    }

    /// <summary>One more linearizable read of each register, so that the history says what became of the last writes.</summary>
    public async Task ReadAllAsync(CancellationToken cancellation)
    {
        foreach (string key in _lastSeen.Keys.Order(StringComparer.Ordinal).ToArray())
            await ReadAsync(client: -1, key, number: Interlocked.Increment(ref _counter), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _giveUp.CancelAsync();
        await StopAsync();
        foreach (RegisterClient node in _nodes) node.Dispose();
        _stop.Dispose();
        _giveUp.Dispose();
    }

    private async Task RunAsync(int client, Random random)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                int number = Interlocked.Increment(ref _counter);
                string key = $"r{number / OperationsPerGeneration}/{random.Next(Keys)}";
                if (random.Next(3) == 0) await ReadAsync(client, key, number, _giveUp.Token);
                else await WriteAsync(Make(client, number, key, random), client + number, _giveUp.Token);
                await Task.Delay(PauseBetween);
            }
        }
        catch (OperationCanceledException)
        {
            // Given up: what was under way stays open in the history.
        }
    }

    private HistoryOperation Make(int client, int number, string key, Random random)
    {
        bool isPut = random.Next(2) == 0;
        string? expected = isPut ? null : _lastSeen.GetValueOrDefault(key);
        return new HistoryOperation(
            client, $"{Environment.ProcessId:x}-{_began:x}-{number}", isPut ? OperationKind.Put : OperationKind.CompareAndSet, key, expected,
            $"v{number}", Now(), null, false);
    }

    private async Task WriteAsync(HistoryOperation operation, int first, CancellationToken cancellation)
    {
        long expires = (DateTimeOffset.UtcNow + Memory).ToUnixTimeMilliseconds();
        try
        {
            for (int node = first; ; node++)
            {
                long sent = Stopwatch.GetTimestamp();
                if (await _nodes[node % _nodes.Length].WriteAsync(operation, expires, cancellation) is { } isApplied)
                {
                    _latest = new Success(sent, Stopwatch.GetTimestamp());
                    operation = operation with { Returned = Now(), Applied = isApplied };
                    _acknowledged.Enqueue(operation.Id);
                    if (isApplied) _lastSeen[operation.Key] = operation.Value;
                    return;
                }
                await Task.Delay(PauseAfterSilence, cancellation);
            }
        }
        finally
        {
            _history.Enqueue(operation);
        }
    }

    private async Task ReadAsync(int client, string key, int number, CancellationToken cancellation)
    {
        for (int node = number; ; node++)
        {
            long invoked = Now();
            (bool isKnown, string? value) = await _nodes[node % _nodes.Length].ReadAsync(key, cancellation);
            if (isKnown)
            {
                _history.Enqueue(new HistoryOperation(client, $"read-{number}", OperationKind.Get, key, null, value, invoked, Now(), true));
                _lastSeen[key] = value;
                return;
            }
            await Task.Delay(PauseAfterSilence, cancellation);
        }
    }

    private long Now() => (long)Stopwatch.GetElapsedTime(_began).TotalMicroseconds;

    /// <summary>An acknowledged write: when its last sending left, and when the answer came.</summary>
    private sealed record Success(long Sent, long Acknowledged);
}
