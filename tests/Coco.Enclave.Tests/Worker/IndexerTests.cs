using Coco.Log;

namespace Coco.Enclave.Tests.Worker;

public sealed class IndexerTests
{
    private static async Task<IndexHost> FilledAsync()
    {
        var host = new IndexHost();
        host.Start();
        for (int i = 0; i < 20; i++)
        {
            host.Commit(100);
            await host.CheckAsync();
        }
        return host;
    }

    [Fact]
    public async Task What_is_applied_is_found_and_lies_on_the_disk_in_few_files()
    {
        using IndexHost host = await FilledAsync();
        Assert.InRange(host.Files.Length, 1, 12);
        Assert.All(host.Files, file => Assert.NotEqual(0u, SegmentCipher.PagesIn(new FileInfo(file).Length)));
    }

    [Fact]
    public async Task A_worker_that_starts_again_reads_only_what_came_after_its_newest_segment()
    {
        using IndexHost host = await FilledAsync();
        host.Start();
        await host.CheckAsync();
        Assert.InRange(host.LowestAsked, 1_700UL, 2_001UL);
        host.Commit(150);
        await host.CheckAsync();
    }

    [Fact]
    public async Task More_batches_than_wait_in_memory_are_read_from_the_ledger()
    {
        using var host = new IndexHost();
        host.Start(isOpening: false);
        host.Commit(1_000);
        host.Start();
        host.Commit(1);
        await host.CheckAsync();
        Assert.Equal(1UL, host.LowestAsked);
    }

    /// <summary>It asked for them again without a pause until the next batch came.</summary>
    [Fact]
    public async Task Entries_behind_the_last_batch_are_looked_at_once()
    {
        using var host = new IndexHost { OtherEntries = 5 };
        host.Start(isOpening: false);
        host.Commit(100);
        host.Start();
        await host.CheckAsync();
        await host.UntilQuietAsync();
        Assert.InRange(host.Reads, 3, 5); // 50 batches at a time
        host.Commit(1);
        await host.CheckAsync();
    }

    [Fact]
    public async Task Once_the_entries_before_a_snapshot_have_come_the_index_begins_at_genesis()
    {
        using var host = new IndexHost { FirstHeld = 301 };
        host.Start(isOpening: false);
        host.Commit(1_000);
        host.Start();
        await host.Index.WaitAsync(new Coco.Primitives.BatchNumber(999), CancellationToken.None);
        Assert.Equal(300UL, host.Index.Covered!.Value.First.Value);
        host.FirstHeld = 1;
        await host.UntilFromGenesisAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_file_that_was_changed_cut_or_deleted_is_made_anew(int damage)
    {
        using IndexHost host = await FilledAsync();
        host.Stop();
        foreach (string file in host.Files)
        {
            byte[] bytes = await File.ReadAllBytesAsync(file);
            switch (damage)
            {
                case 0: // a bit of a page in the middle, found out by a lookup
                    bytes[bytes.Length / 2] ^= 4;
                    await File.WriteAllBytesAsync(file, bytes);
                    break;
                case 1: // whole pages at the end
                    await File.WriteAllBytesAsync(file, bytes[..(int)SegmentCipher.OffsetOf(SegmentCipher.PagesIn(bytes.Length) - 1)]);
                    break;
                case 2: // the name of another network in the header
                    bytes[9] ^= 1;
                    await File.WriteAllBytesAsync(file, bytes);
                    break;
                default: File.Delete(file); break;
            }
        }
        host.Start();
        await host.CheckAsync();
        Assert.Equal(1UL, host.LowestAsked);
        host.Commit(100);
        await host.CheckAsync();
    }

    [Fact]
    public async Task A_folder_that_was_rolled_back_costs_reading_the_rest_again()
    {
        using var host = new IndexHost();
        host.Start();
        for (int i = 0; i < 3; i++)
        {
            host.Commit(100);
            await host.CheckAsync();
        }
        var old = host.Files.ToDictionary(file => file, File.ReadAllBytes);
        Assert.NotEmpty(old);
        for (int i = 0; i < 20; i++)
        {
            host.Commit(100);
            await host.CheckAsync();
        }
        host.Stop();
        foreach (string file in host.Files) File.Delete(file);
        foreach ((string file, byte[] bytes) in old) await File.WriteAllBytesAsync(file, bytes);
        host.Start();
        await host.CheckAsync();
        Assert.InRange(host.LowestAsked, 100UL, 301UL);
    }

    [Fact]
    public async Task A_lookup_needs_nothing_of_the_thread_that_waits_for_it()
    {
        using IndexHost host = await FilledAsync();
        host.Start();
        await host.Index.WaitAsync(new Coco.Primitives.BatchNumber(1_999), CancellationToken.None); // no page is in memory yet
        int found = 0;
        var thread = new Thread(() =>
        {
            SynchronizationContext.SetSynchronizationContext(new NeverRuns());
            var values = new List<ulong>();
            host.Index.Find(IndexHost.Table, 1, 0, ulong.MaxValue, default, new Coco.Primitives.BatchNumber(2_000), values);
            found = values.Count;
        });
        thread.Start();
        Assert.True(thread.Join(20_000));
        Assert.NotEqual(0, found);
    }

    private sealed class NeverRuns : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }

    [Fact]
    public async Task Segments_of_another_chain_are_dropped()
    {
        using IndexHost host = await FilledAsync();
        string[] before = host.Files;
        host.Chain = "two";
        host.Start();
        await host.CheckAsync();
        Assert.Equal(1UL, host.LowestAsked);
        Assert.Empty(host.Files.Intersect(before));
    }

    [Fact]
    public async Task Pages_of_one_file_do_not_open_at_another_place()
    {
        using IndexHost host = await FilledAsync();
        host.Stop();
        string largest = host.Files.MaxBy(file => new FileInfo(file).Length)!;
        byte[] bytes = await File.ReadAllBytesAsync(largest);
        int first = (int)SegmentCipher.OffsetOf(0), second = (int)SegmentCipher.OffsetOf(1);
        byte[] page = bytes[first..second];
        bytes.AsSpan(second, page.Length).CopyTo(bytes.AsSpan(first));
        page.CopyTo(bytes.AsSpan(second));
        await File.WriteAllBytesAsync(largest, bytes);
        host.Start();
        await host.CheckAsync();
        Assert.False(File.Exists(largest));
    }
}
