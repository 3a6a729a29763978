using System.Diagnostics;
using Coco.Acceptance.KeyValue;
using Coco.Acceptance.Network;
using Xunit.Abstractions;

namespace Coco.Acceptance.Overload;

/// <summary>More bytes than anyone should hold: floods of the largest values, and followers that do not take them for a while.</summary>
[Collection(KeyValueNetwork.Collection)]
public sealed class LargeValueTests(KeyValueNetwork shared, ITestOutputHelper output)
{
    /// <summary>The log that a leader has in memory for followers that are behind ends after 16 MiB; a link takes 64 MiB more.</summary>
    private const int MostMegabytes = 500;
    private const int ValueBytes = 200_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>That others go on is asked here, not how fast: 0.9 to 1.5 s were measured on two cores.</summary>
    private static readonly TimeSpan LongestPut = TimeSpan.FromSeconds(10);

    private static int Writes => Checkout.IsLong ? 4_000 : 400;

    [Fact]
    public async Task A_follower_that_is_stopped_under_load_costs_the_leader_little_and_catches_up()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        NodeDocument follower = status.Nodes.First(node => node.Role == "follower");
        var memory = new ResidentMemory(status);
        string key = Guid.NewGuid().ToString();
        await TestNetwork.SignalAsync("STOP", [follower.ManagerPid, follower.WorkerPid]);
        try
        {
            await WriteAsync(status.Nodes.First(node => node.Role == "leader"), key, Writes);
            output.WriteLine($"{(long)Writes * ValueBytes / 1_000_000} MB written: {memory.AssertGrownByLessThan(MostMegabytes)}");
        }
        finally
        {
            await TestNetwork.SignalAsync("CONT", [follower.ManagerPid, follower.WorkerPid]);
        }
        await AssertHasAsync(follower, key);
    }

    [Fact]
    public async Task A_follower_that_was_dead_for_more_than_the_leader_holds_in_memory_catches_up_from_its_files()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        string name = status.Nodes.First(node => node.Role == "follower").Name;
        string key = Guid.NewGuid().ToString();
        Assert.Equal(0, (await CommandResult.CocoAsync("node", "stop", name, "--data", shared.Network.Data)).ExitCode);
        status = await shared.Network.StatusAsync();
        await WriteAsync(status.Nodes.First(node => node.Role == "leader"), key, Writes);
        Assert.Equal(0, (await CommandResult.CocoAsync("node", "start", name, "--data", shared.Network.Data)).ExitCode);
        status = await shared.Network.WaitUntilWholeAsync(Patience);
        await AssertHasAsync(status.Nodes.Single(node => node.Name == name), key);
    }

    [Fact]
    public async Task A_flood_of_the_largest_values_is_taken_or_refused_and_another_VNs_clients_go_on()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(Patience);
        var memory = new ResidentMemory(status);
        Dictionary<string, int> restarts = status.Nodes.ToDictionary(node => node.Name, node => node.Restarts);
        using KeyValueClient other = new(status.Nodes[0]);
        NodeDocument flooded = status.Nodes[1];
        using var over = new CancellationTokenSource();
        Task<TimeSpan> slowest = PutAsync(other, over.Token);
        string value = new('x', 255 << 10), run = Guid.NewGuid().ToString();
        bool[] taken = new bool[Writes * 2];
        await Parallel.ForAsync(0, 8, async (first, _) =>
        {
            using KeyValueClient client = new(flooded);
            await Parallel.ForAsync(0, taken.Length / 8, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, _) =>
            {
                int number = (i * 8) + first;
                taken[number] = await client.SubmitAsync(Submission.Put($"{run}-{number % 20}", value)) is not null;
            });
        });
        await over.CancelAsync();
        output.WriteLine($"{taken.Count(one => one)} of {taken.Length} taken; another's slowest put {(await slowest).TotalMilliseconds:0} ms; {memory.AssertGrownByLessThan(2 * MostMegabytes)}");
        Assert.Contains(true, taken);
        status = await shared.Network.WaitUntilWholeAsync(Patience);
        Assert.All(status.Nodes, node => Assert.Equal(restarts[node.Name], node.Restarts));
    }

    private static async Task<TimeSpan> PutAsync(KeyValueClient client, CancellationToken over)
    {
        TimeSpan slowest = default;
        string key = Guid.NewGuid().ToString();
        while (!over.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            // The node holds after two seconds what is not committed yet, and then answers so.
            for (Submission put = Submission.Put(key, "small"); await client.SubmitAsync(put) is null;)
                Assert.True(Stopwatch.GetElapsedTime(start) < LongestPut, $"{client.Name} does not commit a small value beside the flood");
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            if (took > slowest) slowest = took;
        }
        return slowest;
    }

    private static async Task WriteAsync(NodeDocument node, string key, int writes)
    {
        string value = new('x', ValueBytes);
        using KeyValueClient client = new(node);
        await Parallel.ForAsync(0, writes, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => await client.PutAsync($"{key}-{i % 10}", value));
        await client.PutAsync(key, "the last");
    }

    private static async Task AssertHasAsync(NodeDocument node, string key)
    {
        using KeyValueClient client = new(node);
        long start = Stopwatch.GetTimestamp();
        while (await client.TryGetAsync(key) != "the last") Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"{node.Name} did not catch up");
    }
}
