using System.Collections.Concurrent;
using System.Diagnostics;

namespace Coco.Bench;

/// <summary>What became of every operation of a run. Each is written by the one connection that carries it.</summary>
public sealed class LoadResults(int operations)
{
    private readonly Outcome[] _outcomes = new Outcome[operations];
    private readonly float[] _milliseconds = new float[operations];
    private readonly long[] _ended = new long[operations];
    private readonly ConcurrentDictionary<string, int> _errors = new();
    private int _done;
    private long _lastAnswer;

    /// <summary>Operations that ended, for the progress line.</summary>
    public int Done => Volatile.Read(ref _done);

    public int Total => _outcomes.Length;

    public IReadOnlyDictionary<string, int> Errors => new SortedDictionary<string, int>(_errors, StringComparer.Ordinal);

    /// <summary>When the last operation ended (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public long LastAnswer => Volatile.Read(ref _lastAnswer);

    public void End(int operation, Outcome outcome, long startTimestamp)
    {
        long now = Stopwatch.GetTimestamp();
        _outcomes[operation] = outcome;
        _ended[operation] = now;
        _milliseconds[operation] = (float)Stopwatch.GetElapsedTime(startTimestamp, now).TotalMilliseconds;
        Volatile.Write(ref _lastAnswer, now);
        Interlocked.Increment(ref _done);
    }

    public void Fail(int operation, string reason, long startTimestamp)
    {
        _errors.AddOrUpdate(reason, 1, static (_, count) => count + 1);
        End(operation, Outcome.Failed, startTimestamp);
    }

    /// <summary>When an operation was sent or due, and when it was seen to be committed (<see cref="Stopwatch.GetTimestamp"/>); nulls where it was not.</summary>
    public (long? Due, long? Committed) TimesOf(int operation) => _outcomes[operation] is Outcome.Committed or Outcome.Reverted
        ? (_ended[operation] - (long)(_milliseconds[operation] * (Stopwatch.Frequency / 1e3)), _ended[operation]) : (null, null);

    public int CountOf(Outcome outcome) => _outcomes.Count(found => found == outcome);

    /// <summary>The latencies of the operations that ended so; null where none did.</summary>
    public Latency? LatencyOf(params ReadOnlySpan<Outcome> outcomes)
    {
        List<float> found = [];
        for (int i = 0; i < _outcomes.Length; i++)
            if (outcomes.Contains(_outcomes[i])) found.Add(_milliseconds[i]);
        if (found.Count == 0) return null;
        found.Sort();
        return new Latency(At(found, 0.50), At(found, 0.95), At(found, 0.99), Math.Round(found[^1], 3));
    }

    /// <summary>The nearest-rank percentile of sorted values.</summary>
    private static double At(List<float> sorted, double part) =>
        Math.Round(sorted[Math.Clamp((int)Math.Ceiling(part * sorted.Count) - 1, 0, sorted.Count - 1)], 3);
}
