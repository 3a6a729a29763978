using System.Diagnostics;
using Coco.Boundary;

namespace Coco.Worker;

/// <summary>
/// How long the executor's thread, and the collector, kept everything else waiting: the longest step while a snapshot is written,
/// and the longest of other times. Written by the executor's thread; a snapshot ends on another one, a step later or sooner.
/// </summary>
internal sealed class PauseMeter
{
    private readonly Longest _usual = new();
    private Longest _snapshot = new();
    private TimeSpan _collected;
    private long _snapshotBegan;
    private long _snapshotTicks;
    private long _snapshots;
    private volatile bool _isWriting;

    /// <summary>The executor's thread took an input, or formed batches, from <paramref name="began"/> until now.</summary>
    public void Step(long began)
    {
        Longest longest = _isWriting ? _snapshot : _usual;
        longest.Step(Stopwatch.GetTimestamp() - began);
        TimeSpan collected = GC.GetTotalPauseDuration();
        longest.Collected(collected - _collected);
        _collected = collected;
    }

    /// <summary>On the executor's thread, before the version is pinned.</summary>
    public void BeginSnapshot()
    {
        _snapshot = new Longest();
        _snapshotBegan = Stopwatch.GetTimestamp();
        _isWriting = true;
    }

    /// <summary>The last piece of it was sent.</summary>
    public void EndSnapshot()
    {
        _isWriting = false;
        Interlocked.Exchange(ref _snapshotTicks, Stopwatch.GetTimestamp() - _snapshotBegan);
        Interlocked.Increment(ref _snapshots);
        _usual.Clear();
    }

    public WorkerFigures Figures(long stateBytes) => new(
        (ulong)stateBytes, (ulong)GC.GetTotalMemory(forceFullCollection: false), (ulong)Interlocked.Read(ref _snapshots),
        Microseconds(Interlocked.Read(ref _snapshotTicks)), Microseconds(_snapshot.StepTicks), Microseconds(_snapshot.CollectorTicks),
        Microseconds(_usual.StepTicks), Microseconds(_usual.CollectorTicks));

    private static ulong Microseconds(long ticks) => (ulong)(Stopwatch.GetElapsedTime(0, ticks).Ticks / TimeSpan.TicksPerMicrosecond);

    private sealed class Longest
    {
        private long _stepTicks;
        private long _collectorTicks;

        public long StepTicks => Interlocked.Read(ref _stepTicks);
        public long CollectorTicks => Interlocked.Read(ref _collectorTicks);

        public void Step(long ticks)
        {
            if (ticks > _stepTicks) Interlocked.Exchange(ref _stepTicks, ticks);
        }

        public void Collected(TimeSpan pause)
        {
            long ticks = (long)(pause.TotalSeconds * Stopwatch.Frequency);
            if (ticks > _collectorTicks) Interlocked.Exchange(ref _collectorTicks, ticks);
        }

        public void Clear()
        {
            Interlocked.Exchange(ref _stepTicks, 0);
            Interlocked.Exchange(ref _collectorTicks, 0);
        }
    }
}
