using System.Diagnostics;

namespace Coco.Bench;

/// <summary>Shows a run's progress as one line that is written over, or, where the output is not a terminal, a line for each step.</summary>
public sealed class TerminalProgress(TextWriter output, bool isTerminal) : IBenchProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public void Say(string step)
    {
        if (isTerminal) output.Write($"\r\x1b[K{step}");
        else output.WriteLine(step);
    }

    public IDisposable Watch(string step, LoadResults results)
    {
        Say(step);
        return isTerminal ? new Line(output, step, results) : NoLine.Instance;
    }

    private sealed class Line : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly Timer _timer;

        public Line(TextWriter output, string step, LoadResults results) => _timer = new Timer(_ =>
        {
            int done = results.Done;
            double perSecond = done / Stopwatch.GetElapsedTime(_start).TotalSeconds;
            output.Write($"\r\x1b[K{step}: {done:N0} of {results.Total:N0}, {perSecond:N0}/s");
        }, null, Interval, Interval);

        public void Dispose() => _timer.Dispose();
    }

    private sealed class NoLine : IDisposable
    {
        public static readonly NoLine Instance = new();

        public void Dispose()
        {
        }
    }
}
