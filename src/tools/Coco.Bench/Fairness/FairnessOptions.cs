namespace Coco.Bench;

/// <summary>One fairness run, as asked for on the command line.</summary>
/// <param name="Pairs">Runs alone, each followed by one beside the flood.</param>
/// <param name="Rate">Transfers due per second on the node that sends little.</param>
/// <param name="Seconds">How long each run takes.</param>
/// <param name="Flood">Transfers in a flood; they must last longer than a run.</param>
/// <param name="Seed">Decides accounts and recipients.</param>
public sealed record FairnessOptions(int Pairs, double Rate, int Seconds, int Flood, ulong Seed)
{
    /// <summary>Throws when they make no sense.</summary>
    public void Check()
    {
        if (Pairs < 1 || Rate <= 0 || Seconds < 1 || Flood < 1)
            throw new BenchFailureException(BenchFailureKind.Usage, "--pairs, --rate, --seconds and --flood must be above 0.");
    }
}
