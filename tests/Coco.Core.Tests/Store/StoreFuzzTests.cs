using Coco.Primitives;
using Coco.Store;

namespace Coco.Core.Tests.Store;

/// <summary>Bytes from elsewhere: changed, cut and random; the seed is the test's argument and replays it.</summary>
public sealed class StoreFuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_changed_write_set_is_refused_whole_or_applied_as_written(int seed)
    {
        var random = new Random(seed);
        using VersionedStore store = VersionedStoreRuleTests.Genesis();
        byte[] valid = WriteSet(random);
        Hash256 before = Digest(store);
        int applied = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] changed = Mutate(valid, random);
            if (!store.TryApply(new BatchNumber(1), changed)) continue;
            applied++;
            store.RollBackToCommitted();
        }
        Assert.InRange(applied, 1, 19_999);
        Assert.Equal(before, Digest(store));
        Assert.Equal(0, store.Statistics.Keys);
        Assert.Equal(0, store.Statistics.Records);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_changed_snapshot_is_refused_or_loads_to_the_digest_of_its_bytes(int seed)
    {
        var random = new Random(seed);
        byte[] valid = Snapshot(random);
        int loadedCount = 0;
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bytes = Mutate(valid, random);
            using var loader = new SnapshotLoader(StoreModel.Maps);
            if (!Feed(loader, bytes, random) || !loader.TryFinish(out VersionedStore? loaded)) continue;
            loadedCount++;
            using StoreView view = loaded!.OpenCommitted();
            Assert.Equal(new Hash256(System.Security.Cryptography.SHA256.HashData(bytes)), loaded.ComputeDigest(view));
        }
        Assert.InRange(loadedCount, 1, 1_999);
    }

    [Fact]
    public void A_snapshot_that_is_cut_or_has_bytes_behind_does_not_finish()
    {
        byte[] valid = Snapshot(new Random(3));
        for (int length = 0; length < valid.Length; length += 7)
        {
            using var loader = new SnapshotLoader(StoreModel.Maps);
            Assert.True(loader.TryFeed(valid.AsSpan(0, length)));
            Assert.False(loader.TryFinish(out _));
        }
        using var longer = new SnapshotLoader(StoreModel.Maps);
        Assert.False(longer.TryFeed([.. valid, 0]));
        Assert.False(longer.TryFinish(out _));
        using var twice = new SnapshotLoader(StoreModel.Maps);
        Assert.True(twice.TryFeed(valid));
        Assert.False(twice.TryFeed([0]));
        Assert.False(twice.TryFinish(out _));
    }

    private static bool Feed(SnapshotLoader loader, byte[] bytes, Random random)
    {
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(random.Next(1, 400), bytes.Length - at);
            if (!loader.TryFeed(bytes.AsSpan(at, length))) return false;
            at += length;
        }
        return true;
    }

    private static byte[] Mutate(byte[] valid, Random random)
    {
        byte[] bytes = [.. valid];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            switch (random.Next(4))
            {
                case 0: bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[random.Next(bytes.Length)] = (byte)random.Next(256); break;
                case 2: bytes = bytes[..random.Next(1, bytes.Length + 1)]; break;
                default:
                    int at = random.Next(bytes.Length);
                    bytes = [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
                    break;
            }
        }
        return bytes;
    }

    private static byte[] WriteSet(Random random)
    {
        using VersionedStore store = VersionedStoreRuleTests.Genesis();
        TransactionSet set = store.Begin(new BatchNumber(1));
        FillRandomly(set, random, 12);
        var writer = new ByteWriter();
        set.EncodeWriteSet(writer);
        return writer.ToArray();
    }

    private static void FillRandomly(TransactionSet set, Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] key = new byte[random.Next(6)], value = new byte[random.Next(5) == 0 ? 200 : random.Next(8)];
            random.NextBytes(key);
            random.NextBytes(value);
            set.Put(StoreModel.Maps[random.Next(3)].Id, key, value);
        }
    }

    private static byte[] Snapshot(Random random)
    {
        using VersionedStore store = VersionedStoreRuleTests.Genesis();
        TransactionSet set = store.Begin(new BatchNumber(1));
        FillRandomly(set, random, 60);
        store.Seal(set);
        store.Commit(new BatchNumber(1));
        using SnapshotWriter snapshot = store.BeginSnapshot();
        var writer = new ByteWriter();
        while (snapshot.TryWriteNext(writer, 100)) { }
        return writer.ToArray();
    }

    private static Hash256 Digest(VersionedStore store)
    {
        using StoreView view = store.OpenCommitted();
        return store.ComputeDigest(view);
    }
}
