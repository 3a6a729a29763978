namespace Coco.Simulation;

/// <summary>Which runs to make.</summary>
/// <param name="Profile">One of <see cref="Simulation.Profile.All"/>.</param>
/// <param name="Nodes">The number of VNs, 1 to 7; null: each seed chooses.</param>
/// <param name="StopsAtViolation">The seeds after the first one with a violation are not run.</param>
/// <param name="Log">Told what happens, for a human who looks into a seed.</param>
public sealed record SimulationOptions(
    long FirstSeed, long LastSeed, string Profile = "mixed", int? Nodes = null, bool StopsAtViolation = false, Action<string>? Log = null)
{
    /// <summary>Seeds that run side by side, each in a thread of its own; how a seed goes does not depend on it.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary><c>keyvalue</c> or <c>ethereum</c>; null: as the profile and the seed have it.</summary>
    public string? Ledger { get; init; }

    /// <summary>What of each seed is left out.</summary>
    public Reduction Reduction { get; init; } = Reduction.None;

    /// <summary>Told of each violation as soon as it is known: a long run may be ended early.</summary>
    public Action<SimulationViolation>? OnViolation { get; init; }
}
