using Coco.Worker;

namespace Coco.Enclave.Tests.Worker;

public sealed class BulkThreadsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Computations_run_behind_all_else_and_what_follows_them_does_not()
    {
        if (Ordinary() is not { } usual) return;
        using var bulk = new BulkThreads();
        (ulong Slice, int Niceness)? there = await bulk.RunAsync(() => ThreadRank.Current).WaitAsync(Patience);
        Assert.Equal(Math.Min(usual.Niceness + BulkThreads.Niceness, 19), there!.Value.Niceness);
        if (HasSlices) Assert.Equal(ThreadRank.SliceNanoseconds, there.Value.Slice);
        Assert.Equal(usual, ThreadRank.Current);
        for (int i = 0; i < 200; i++)
        {
            // Each ends on one that the pool may have started for it.
            await bulk.RunAsync(() => i).WaitAsync(Patience);
            Assert.Equal(usual.Niceness, ThreadRank.Current!.Value.Niceness);
        }
    }

    [Fact]
    public async Task Threads_for_calls_give_way_but_those_that_they_start_do_not()
    {
        if (Ordinary() is not { } usual || !HasSlices) return;
        using var calls = new CallThreads();
        (ulong Slice, int Niceness)? there = null, started = null;
        await Task.Factory.StartNew(
            () =>
            {
                there = ThreadRank.Current;
                var child = new Thread(() => started = ThreadRank.Current);
                child.Start();
                child.Join();
            },
            CancellationToken.None, TaskCreationOptions.None, calls).WaitAsync(Patience);
        Assert.Equal((ThreadRank.SliceNanoseconds, usual.Niceness), there);
        Assert.NotEqual(ThreadRank.SliceNanoseconds, started!.Value.Slice);
        Assert.Equal(usual.Niceness, started.Value.Niceness);
    }

    [Fact]
    public async Task A_computation_that_throws_says_so_to_who_asked()
    {
        using var bulk = new BulkThreads();
        Task<int> failed = bulk.RunAsync<int>(() => throw new FormatException("planted"));
        Assert.Equal("planted", (await Assert.ThrowsAsync<FormatException>(() => failed.WaitAsync(Patience))).Message);
        Assert.Equal(7, await bulk.RunAsync(() => 7).WaitAsync(Patience));
    }

    /// <summary>Many times: whichever thread comes to its end first must not end it for the others.</summary>
    [Fact]
    public async Task What_waits_at_the_end_is_still_done_and_what_comes_later_is_cancelled()
    {
        for (int round = 0; round < 200; round++)
        {
            var bulk = new BulkThreads();
            using var gate = new ManualResetEventSlim();
            Task<bool>[] held = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => bulk.RunAsync(() => gate.Wait(Patience)))];
            Task<int> waited = bulk.RunAsync(() => 7);
            Assert.InRange(bulk.Waiting, 1, Environment.ProcessorCount + 1);
            bulk.Dispose();
            Task<int> late = bulk.RunAsync(() => 8);
            Assert.True(late.IsCanceled);
            gate.Set();
            await Task.WhenAll(held).WaitAsync(Patience);
            Assert.Equal(7, await waited.WaitAsync(Patience));
        }
    }

    private static bool HasSlices => Environment.OSVersion.Version >= new Version(6, 12);

    /// <summary>Of this thread; null where the system can't say.</summary>
    private static (ulong SliceNanoseconds, int Niceness)? Ordinary() => OperatingSystem.IsLinux() ? ThreadRank.Current : null;
}
