using System.Collections.Concurrent;
using Coco.Log;
using Coco.Manager.Disk;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Enclave.Tests.Manager;

public sealed class DiskLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_group_is_reported_once_after_it_is_on_disk()
    {
        using var temporary = new TemporaryFolder();
        using var folder = new LedgerFolder(temporary.Path);
        using var reports = new BlockingCollection<(ulong Ticket, long Length)>();
        using var loop = new DiskLoop(folder, _ => { }, ticket => reports.Add((ticket, folder.Length("a"))), Throw);
        for (ulong ticket = 1; ticket <= 5; ticket++) loop.Post(Writing(ticket, null));
        loop.Start();
        Assert.True(reports.TryTake(out (ulong Ticket, long Length) report, Patience));
        Assert.Equal((5UL, 20L), report);
        Assert.Equal(1, folder.Syncs);
        Assert.Empty(reports);
    }

    [Fact]
    public void The_sealed_state_comes_after_what_stands_before_it_and_before_what_follows()
    {
        using var temporary = new TemporaryFolder();
        using var folder = new LedgerFolder(temporary.Path);
        using var done = new ManualResetEventSlim();
        var seen = new List<(SealedState State, long Length, long Syncs)>();
        using var loop = new DiskLoop(folder, state => seen.Add((state, folder.Length("a"), folder.Syncs)), _ => done.Set(), Throw);
        var first = new SealedState(new NodeId(1), new Term(2), new NodeId(1));
        SealedState second = first with { Term = new Term(3) };
        loop.Post(Writing(1, null));
        loop.Post(Writing(2, first));
        loop.Post(Writing(3, second));
        loop.Start();
        Assert.True(done.Wait(Patience));
        Assert.Equal([(first, 4L, 1L), (second, 8L, 2L)], seen);
        Assert.Equal(12, folder.Length("a"));
    }

    [Fact]
    public async Task A_disk_that_fails_is_told_and_nothing_is_reported_as_done()
    {
        using var temporary = new TemporaryFolder();
        using var folder = new LedgerFolder(temporary.Path);
        var failure = new TaskCompletionSource<Exception>();
        using var loop = new DiskLoop(
            folder, _ => throw new IOException("full"), _ => Assert.Fail("nothing was written"), problem => failure.TrySetResult(problem));
        loop.Post(Writing(1, new SealedState(new NodeId(1), new Term(1), new NodeId(1))));
        loop.Start();
        Assert.Equal("full", (await failure.Task.WaitAsync(Patience)).Message);
    }

    private static DiskEffect Writing(ulong ticket, SealedState? state) => new(
        ticket, state,
        [new DiskOperation.Write("a", ((long)ticket - 1) * 4, [new byte[] { 1, 2, 3, 4 }]), new DiskOperation.SyncFile("a")]);

    private static void Throw(Exception problem) => throw problem;
}
