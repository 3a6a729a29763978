namespace Coco.Core.Tests.Consensus;

/// <summary>Many small networks, each under its own seed. COCO_RAFT_SEEDS=first:count runs others than the usual ones.</summary>
public sealed class RaftRandomTests
{
    private const int Steps = 1500;

    [Fact]
    public void Random_networks_keep_the_properties_of_Raft_and_recover_when_healed()
    {
        (int first, int count) = Seeds();
        ulong committed = 0;
        for (int seed = first; seed < first + count; seed++) committed += Run(seed);
        Assert.True(committed > (ulong)count, "the networks hardly committed anything: the test shows little");
    }

    private static ulong Run(int seed)
    {
        try
        {
            RandomCluster cluster = new(seed);
            cluster.Run(Steps);
            return cluster.Committed.Value;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException(
                $"Seed {seed}. Replay: COCO_RAFT_SEEDS={seed}:1 dotnet test tests/Coco.Core.Tests --filter {nameof(RaftRandomTests)}", exception);
        }
    }

    private static (int First, int Count) Seeds()
    {
        string[] parts = (Environment.GetEnvironmentVariable("COCO_RAFT_SEEDS") ?? "1:200").Split(':');
        return (int.Parse(parts[0]), int.Parse(parts[1]));
    }
}
