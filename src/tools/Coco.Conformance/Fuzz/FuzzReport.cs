namespace Coco.Conformance.Fuzz;

/// <summary>What a fuzz run does; see <c>coco fuzz evm --help</c>.</summary>
/// <param name="Seed">Of the first program; each next one has the next seed, so that a seed with --programs 1 replays one.</param>
/// <param name="Programs">At most so many.</param>
/// <param name="Peer">A development node to compare with (anvil, Hardhat); null runs alone.</param>
public sealed record FuzzOptions(double Seconds, ulong Seed, long Programs, Uri? Peer);

/// <summary>Something that must not be. The seed with <c>--programs 1</c> replays it.</summary>
public sealed record FuzzProblem(ulong Seed, string Check, string Expected, string Actual);

/// <summary>What <c>coco fuzz evm --json</c> prints.</summary>
public sealed class FuzzReport
{
    public ulong Seed { get; init; }
    public long Programs { get; set; }

    /// <summary>Programs that made the machine throw.</summary>
    public int Crashes { get; set; }

    /// <summary>Programs that did not end in time.</summary>
    public int Hangs { get; set; }

    /// <summary>Programs whose result was held beside the peer's.</summary>
    public long Compared { get; set; }

    /// <summary>Transactions that are not valid and were refused.</summary>
    public long Refused { get; set; }

    public ulong Gas { get; set; }

    /// <summary>The most memory that one transaction allocated.</summary>
    public long MostAllocatedBytes { get; set; }

    public double Seconds { get; set; }
    public string? Peer { get; set; }

    /// <summary>Where the peer's result is another.</summary>
    public List<FuzzProblem> Differences { get; } = [];

    /// <summary>Laws of our own machine that did not hold: crashes, hangs, gas, ether, allocation, repetition.</summary>
    public List<FuzzProblem> Violations { get; } = [];

    public bool IsClean => Differences.Count == 0 && Violations.Count == 0 && Crashes == 0 && Hangs == 0;
}
