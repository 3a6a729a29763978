using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Coco.Bench;

/// <summary>
/// Says when operations are due in an open loop: a thread that sleeps until the next time, then lets the connections of all that are
/// due send. It wakes once in a millisecond at most, and the connections send on it: the processors are those of the nodes that are
/// measured, and handing each sending to another thread costs as much as the sending.
/// </summary>
internal sealed class Pacer
{
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(100);

    private readonly Channel<int>[] _due;
    private readonly double _ticksPerOperation;

    public Pacer(double rate, int connections)
    {
        _ticksPerOperation = Stopwatch.Frequency / rate;
        _due = [.. Enumerable.Range(0, connections).Select(_ => Channel.CreateUnbounded<int>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true, AllowSynchronousContinuations = true }))];
    }

    public long StartTimestamp { get; private set; }

    /// <summary>The operations of a connection that are due and not yet taken.</summary>
    public ChannelReader<int> DueOf(int connection) => _due[connection].Reader;

    public long DueTimestamp(int operation) => StartTimestamp + (long)(operation * _ticksPerOperation);

    /// <summary>Starts the thread; <paramref name="connectionOf"/> says whose each operation is.</summary>
    public void Start(int operations, Func<int, int> connectionOf, CancellationToken cancellation)
    {
        StartTimestamp = Stopwatch.GetTimestamp();
        Thread thread = new(() => Run(operations, connectionOf, cancellation)) { IsBackground = true, Name = "pacer" };
        thread.Start();
    }

    private void Run(int operations, Func<int, int> connectionOf, CancellationToken cancellation)
    {
        for (int i = 0; i < operations && !cancellation.IsCancellationRequested; i++)
        {
            while (true)
            {
                TimeSpan rest = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), DueTimestamp(i));
                if (rest <= TimeSpan.Zero || cancellation.IsCancellationRequested) break;
                Sleep(TimeSpan.FromTicks(Math.Clamp(rest.Ticks, ShortestSleep.Ticks, LongestSleep.Ticks)));
            }
            _ = _due[connectionOf(i)].Writer.TryWrite(i);
        }
    }

    /// <summary>The runtime sleeps in whole milliseconds; the system call does better.</summary>
    private static void Sleep(TimeSpan time)
    {
        if (!OperatingSystem.IsLinux())
        {
            Thread.Sleep(time);
            return;
        }
        Span<long> request = [0, (long)(time.TotalMilliseconds * 1_000_000)];
        _ = NanoSleep(ref MemoryMarshal.GetReference(request), 0);
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    private static extern int NanoSleep(ref long request, nint remaining);
}
