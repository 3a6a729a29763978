namespace Coco.Bench;

/// <summary>The real transactions of the main network.</summary>
internal static class MainnetPlan
{
    public static Task<LoadPlan> BuildAsync(BenchOptions options, ChainClient client, CancellationToken cancellation) =>
        throw new BenchFailureException(BenchFailureKind.Usage, "The mainnet workload is not in this version.");
}
