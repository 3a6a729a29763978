using System.Diagnostics;

namespace Coco.Bench;

/// <summary>Kills leaders one after the other while transfers are due at a steady rate, and measures how long none commits.</summary>
public sealed class FailoverRun(
    int kills, BenchOptions options, BenchNetwork network, IBenchProgress progress, Func<CancellationToken, Task<LeaderState>> leader)
{
    /// <summary>Load for each kill: longer than a killed node takes to come back.</summary>
    private const int SecondsPerKill = 8;

    private const int SecondsAround = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Calm = TimeSpan.FromMilliseconds(1_500);

    /// <summary>For the node that was killed last, before all nodes are compared.</summary>
    private static readonly TimeSpan ReturnPatience = TimeSpan.FromMinutes(1);

    private readonly List<long> _killed = [];
    private int _electionsWithoutFault;

    /// <summary>The options of the load that lasts as long as so many kills take.</summary>
    public static BenchOptions LoadFor(int kills, double rate, BenchOptions options) => options with
    {
        Workload = Workload.Transfer,
        Rate = rate,
        Count = (int)(rate * ((kills * SecondsPerKill) + SecondsAround)),
    };

    public async Task<FailoverReport> RunAsync(CancellationToken cancellation)
    {
        BenchRun run = new(options, network, progress)
        {
            Beside = async ending =>
            {
                try
                {
                    await KillAsync(ending);
                }
                catch (OperationCanceledException) when (ending.IsCancellationRequested)
                {
                    // The load is over.
                }
                await UntilWholeAsync(cancellation);
            },
        };
        BenchReport report = await run.RunAsync(cancellation);
        LoadResults results = run.Results!;
        (int lost, int duplicated) = await run.CompareWithChainAsync(cancellation);
        return new FailoverReport
        {
            Kills = _killed.Count,
            Committed = report.Committed,
            Lost = lost,
            Duplicated = duplicated,
            UnavailableMs = Unavailability.Of(_killed.Select(at => WaitAfter(at, results)).OfType<double>()),
            ElectionsWithoutFault = _electionsWithoutFault,
            FinalEqual = report.FinalEqual,
            Errors = report.Errors,
        };
    }

    private async Task KillAsync(CancellationToken cancellation)
    {
        await Task.Delay(Calm, cancellation);
        ulong? calmTerm = null;
        while (_killed.Count < kills && !cancellation.IsCancellationRequested)
        {
            LeaderState state = await leader(cancellation);
            if (state is not { IsWhole: true, Manager: { } manager })
            {
                await Task.Delay(Pause, cancellation);
                continue;
            }
            if (calmTerm is null)
            {
                calmTerm = state.Term;
                await Task.Delay(Calm, cancellation);
                continue;
            }
            if (state.Term > calmTerm) _electionsWithoutFault++;
            _killed.Add(Stopwatch.GetTimestamp());
            Process.GetProcessById(manager).Kill();
            calmTerm = null;
            await Task.Delay(Pause, cancellation);
        }
    }

    private async Task UntilWholeAsync(CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (!(await leader(cancellation)).IsWhole && Stopwatch.GetElapsedTime(start) < ReturnPatience) await Task.Delay(Pause, cancellation);
    }

    /// <summary>Null where the load ended before anything committed again.</summary>
    private static double? WaitAfter(long kill, LoadResults results)
    {
        long? first = null;
        for (int i = 0; i < results.Total; i++)
            if (results.TimesOf(i) is ({ } due, { } committed) && due > kill && !(committed >= first)) first = committed;
        return first is { } at ? Stopwatch.GetElapsedTime(kill, at).TotalMilliseconds : null;
    }
}
