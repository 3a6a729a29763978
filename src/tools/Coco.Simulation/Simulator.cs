namespace Coco.Simulation;

/// <summary>
/// Runs whole networks of production code, each in one thread under a seed: many VNs, their disks, clocks, links and clients. The same
/// seed gives the same run on every machine.
/// </summary>
public static class Simulator
{
    /// <summary>Seeds that each job takes before all are added up in their order: one of them may take much longer than others.</summary>
    private const int SeedsAtOnce = 32;

    /// <summary>Runs all seeds of the options.</summary>
    /// <exception cref="ArgumentException">There is no such profile.</exception>
    public static SimulationReport Run(SimulationOptions options)
    {
        Profile profile = Profile.Find(options.Profile);
        using var totals = new SimulationTotals();
        int jobs = options.Log is null ? Math.Max(options.Jobs, 1) : 1;
        var wave = new SeedResult[jobs == 1 ? 1 : jobs * SeedsAtOnce];
        bool isOver = false;
        for (long first = options.FirstSeed; first <= options.LastSeed && !isOver; first += wave.Length)
        {
            int count = (int)Math.Min(wave.Length, options.LastSeed - first + 1);
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = jobs }, i =>
                wave[i] = SeedRun.Run(first + i, profile, options.Ledger, options.Reduction with { Nodes = options.Reduction.Nodes ?? options.Nodes }, options.Log));
            for (int i = 0; i < count && !isOver; i++)
            {
                totals.Add(wave[i]);
                foreach (SimulationViolation violation in wave[i].Violations) options.OnViolation?.Invoke(violation);
                isOver = options.StopsAtViolation && wave[i].Violations.Count > 0;
            }
        }
        return totals.Report(options);
    }
}
