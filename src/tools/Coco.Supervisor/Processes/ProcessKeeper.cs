using System.Diagnostics;

namespace Coco.Supervisor;

/// <summary>Keeps one process running: starts it, and starts it again when it ends, more slowly the more often it ends at once.</summary>
internal sealed class ProcessKeeper(ProcessPlan plan, Action<string> log) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private int _processId;
    private int _restarts;

    /// <summary>Null while none runs.</summary>
    public int? ProcessId => Volatile.Read(ref _processId) is var id and > 0 ? id : null;

    /// <summary>How often the process was started again.</summary>
    public int Restarts => Volatile.Read(ref _restarts);

    public int? Uid => plan.Uid;

    public void Start() => _loop = Task.Run(KeepAsync);

    /// <summary>Asks the process to end, then kills it.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    public void Dispose() => _stop.Dispose();

    private async Task KeepAsync()
    {
        TimeSpan delay = Limits.FirstRestartDelay;
        while (!_stop.IsCancellationRequested)
        {
            long started = Stopwatch.GetTimestamp();
            await RunOnceAsync();
            if (_stop.IsCancellationRequested) return;
            if (Stopwatch.GetElapsedTime(started) > Limits.HealthyAfter) delay = Limits.FirstRestartDelay;
            log($"{plan.Name} starts again in {delay.TotalMilliseconds:0} ms");
            await Task.Delay(delay, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay * 2 < Limits.LongestRestartDelay ? delay * 2 : Limits.LongestRestartDelay;
            Interlocked.Increment(ref _restarts);
        }
    }

    private async Task RunOnceAsync()
    {
        plan.BeforeStart?.Invoke();
        using Process process = new() { StartInfo = Launch.Prepare(plan) };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            log($"{plan.Name} cannot start: {missing.Message}");
            return;
        }
        Volatile.Write(ref _processId, process.Id);
        log($"{plan.Name} runs as process {process.Id}");
        await process.WaitForExitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited) await EndAsync(process);
        Volatile.Write(ref _processId, 0);
        log($"{plan.Name} ended with code {process.ExitCode}");
    }

    private static async Task EndAsync(Process process)
    {
        if (OperatingSystem.IsWindows() || !NativeCalls.Signal(process.Id, NativeCalls.Terminate)) process.Kill(entireProcessTree: true);
        using CancellationTokenSource patience = new(Limits.StopPatience);
        await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
    }
}
