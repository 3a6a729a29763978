using System.Buffers.Binary;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Core.Tests.Store;

public sealed class StoreMemoryTests
{
    private static readonly MapId Accounts = new(1), Names = new(2);

    [Fact]
    public void Reads_writes_and_commits_allocate_nothing()
    {
        using VersionedStore store = VersionedStoreRuleTests.Genesis();
        var writer = new ByteWriter(1 << 16);
        ulong version = 1;
        for (int i = 0; i < 40; i++) RunBatch(store, version++, writer);
        long allocated = Allocations.LeastOf(() =>
        {
            for (int i = 0; i < 20; i++) RunBatch(store, version++, writer);
        });
        // 20 batches of 500 reads, 500 writes and 10 range steps; one view each.
        Assert.InRange(allocated, 0, 20 * 200);
    }

    [Fact]
    public void A_million_versions_of_the_same_keys_need_no_more_memory()
    {
        using VersionedStore store = VersionedStoreRuleTests.Genesis();
        ulong version = 1;
        Overwrite(store, ref version, 10_000);
        long bytes = store.Statistics.TotalBytes;
        Overwrite(store, ref version, 1_000_000);
        Assert.Equal(bytes, store.Statistics.TotalBytes);
        Assert.Equal(1000, store.Statistics.Keys);
        Assert.Equal(1000, store.Statistics.Records);
    }

    [Fact]
    public void A_long_snapshot_holds_back_its_own_version_only()
    {
        using VersionedStore store = VersionedStoreRuleTests.Genesis();
        ulong version = 1;
        Overwrite(store, ref version, 10_000);
        using (store.BeginSnapshot())
        {
            Overwrite(store, ref version, 100_000);
            Assert.InRange(store.Statistics.Records, 1000, 2100);
            Assert.InRange(store.Statistics.TotalBytes, 0, 4 << 20);
        }
        Overwrite(store, ref version, 2_000);
        Assert.Equal(0, store.Statistics.WaitingRecords);
        Assert.Equal(1000, store.Statistics.Records);
    }

    [Fact]
    public void Keys_that_come_and_go_leave_nothing()
    {
        using VersionedStore store = VersionedStoreRuleTests.Genesis();
        ulong version = 1;
        Span<byte> key = stackalloc byte[32];
        long bytes = 0;
        for (int round = 0; round < 200; round++)
        {
            TransactionSet set = store.Begin(new BatchNumber(version));
            for (int i = 0; i < 1000; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(key, (round * 500) + i);
                if (i < 500) set.Delete(i % 2 == 0 ? Names : Accounts, key);
                else set.Put(i % 2 == 0 ? Names : Accounts, key, key);
            }
            store.Seal(set);
            store.Commit(new BatchNumber(version++));
            if (round == 20) bytes = store.Statistics.TotalBytes;
        }
        Assert.Equal(500, store.Statistics.Keys);
        Assert.Equal(bytes, store.Statistics.TotalBytes);
    }

    [Fact]
    public void A_large_state_is_few_objects()
    {
        using VersionedStore store = VersionedStoreRuleTests.Genesis();
        TransactionSet set = store.Begin(new BatchNumber(1));
        Span<byte> key = stackalloc byte[32];
        byte[] value = new byte[64];
        for (int i = 0; i < 300_000; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(key, i);
            set.Put(Accounts, key, value);
        }
        store.Seal(set);
        store.Commit(new BatchNumber(1));
        StoreStatistics statistics = store.Statistics;
        Assert.Equal(300_000, statistics.Keys);
        Assert.InRange(statistics.TotalBytes, 30 << 20, 64 << 20);
        // A GiB of such state would be 1,024 arrays.
        Assert.InRange(statistics.Arrays, 30, 64);
    }

    [Fact]
    public void Large_values_are_given_back()
    {
        using VersionedStore store = VersionedStoreRuleTests.Genesis();
        byte[] value = new byte[3 << 20];
        for (ulong version = 1; version <= 50; version++)
        {
            TransactionSet set = store.Begin(new BatchNumber(version));
            set.Put(Accounts, "large"u8, value);
            store.Seal(set);
            store.Commit(new BatchNumber(version));
        }
        Assert.InRange(store.Statistics.TotalBytes, 3 << 20, 10 << 20);
    }

    private static void RunBatch(VersionedStore store, ulong version, ByteWriter writer)
    {
        Span<byte> key = stackalloc byte[20];
        TransactionSet set = store.Begin(new BatchNumber(version));
        for (int i = 0; i < 500; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(key, i);
            MapId map = i % 2 == 0 ? Accounts : Names;
            int savepoint = set.Savepoint();
            set.TryGet(map, key, out _);
            set.Put(map, key, key);
            if (i % 50 == 0) set.RevertTo(savepoint);
            if (i % 50 == 1) set.TryGetNext(Names, key, out _, out _);
        }
        writer.Clear();
        set.EncodeWriteSet(writer);
        store.Seal(set);
        store.Commit(new BatchNumber(version));
        using StoreView view = store.OpenCommitted();
        view.TryGet(Accounts, key, out _);
    }

    private static void Overwrite(VersionedStore store, ref ulong version, int versions)
    {
        Span<byte> key = stackalloc byte[20];
        for (ulong end = version + (ulong)versions; version < end; version++)
        {
            TransactionSet set = store.Begin(new BatchNumber(version));
            BinaryPrimitives.WriteUInt64LittleEndian(key, version % 1000);
            set.Put(Accounts, key, key);
            store.Seal(set);
            store.Commit(new BatchNumber(version));
        }
    }
}
