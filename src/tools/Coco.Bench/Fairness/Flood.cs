using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Coco.Bench;

/// <summary>Another generator, a process of its own, that keeps 10,000 transfers of one node in flight until all are committed.</summary>
internal sealed class Flood : IDisposable
{
    private const int Connections = 100;
    private const int RpcBatch = 100;

    private readonly Process _process;
    private readonly Task<string> _report;
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile string _lastSaid = "";

    private Flood(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginErrorReadLine();
        _report = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>It has to outlast what is measured beside it.</summary>
    public void CheckRuns()
    {
        if (!_process.HasExited) return;
        throw _process.ExitCode != 0 ? Failure("broke off")
            : new BenchFailureException(BenchFailureKind.Usage, "The flood ended before the run beside it: raise --flood.");
    }

    /// <summary>Returns once all is signed and it sends.</summary>
    public static async Task<Flood> StartAsync(BenchNode node, int count, ulong seed, string? funder, CancellationToken cancellation)
    {
        List<string> arguments =
        [
            "bench", "--target", node.Rpc.ToString(), "--insecure", "--workload", "transfer", "--json",
            "--connections", Text(Connections), "--rpc-batch", Text(RpcBatch), "--count", Text(count), "--seed", Text(seed),
        ];
        if (funder is not null) arguments.AddRange(["--funder", funder]);
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var flood = new Flood(Process.Start(start)!);
        try
        {
            await flood._running.Task.WaitAsync(cancellation);
            return flood;
        }
        catch
        {
            flood.Dispose();
            throw;
        }
    }

    /// <summary>What it committed in a second, once it is over.</summary>
    public async Task<double> EndAsync(CancellationToken cancellation)
    {
        string report = await _report.WaitAsync(cancellation);
        await _process.WaitForExitAsync(cancellation);
        if (_process.ExitCode != 0) throw Failure("broke off");
        return JsonElement.Parse(report).GetProperty("committedPerSecond").GetDouble();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    /// <summary>A line of its errors, or null after the last one.</summary>
    private void Hear(string? line)
    {
        if (line == "running")
        {
            _lastSaid = ""; // until then it says what it is at
            _running.TrySetResult();
        }
        else if (line is null) _running.TrySetException(Failure("did not begin"));
        else if (line.Length > 0) _lastSaid = line;
    }

    private BenchFailureException Failure(string what) => new(BenchFailureKind.Refused, $"The flood {what}: {(_lastSaid.Length > 0 ? _lastSaid : "it gave no reason")}");

    private static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
