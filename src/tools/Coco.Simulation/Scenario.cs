namespace Coco.Simulation;

/// <summary>A failing seed, reduced to what its violation needs, as a text.</summary>
public static class Scenario
{
    /// <summary>The scenario of the first violation of this seed; null where it breaks no rule.</summary>
    public static string? Of(SimulationOptions options, long seed)
    {
        options = options with { FirstSeed = seed, LastSeed = seed, Jobs = 1, Log = null, OnViolation = null };
        SimulationReport whole = Simulator.Run(options);
        if (whole.Violations.Count == 0) return null;
        string rule = whole.Violations[0].Rule;
        var shrinker = new Shrinker(reduction => Simulator.Run(options with { Reduction = reduction }).Violations.Any(violation => violation.Rule == rule));
        Reduction reduction = shrinker.Shrink((int)whole.FaultsDrawn);
        var story = new List<string>();
        SimulationReport least = Simulator.Run(options with { Reduction = reduction, Log = story.Add });
        return string.Join('\n',
        [
            $"# {rule}: {least.Violations[0].Detail}",
            $"# coco simulate --profile {options.Profile} --seed {seed}{reduction}",
            $"# {whole.Events} events with {whole.FaultsDrawn} faults became {least.Events} with {reduction.Faults?.Count ?? whole.FaultsDrawn}, after {shrinker.Tried} tries.",
            .. story,
        ]);
    }
}
