using System.Buffers.Binary;
using System.Diagnostics;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Core.Tests.Store;

/// <summary>
/// A writer beside readers and snapshots for two seconds. The writer moves amounts between accounts, so every version has the
/// same sum, and stamps the version, so a view that shows another version is caught.
/// </summary>
public sealed class StoreConcurrencyTests
{
    private const int AccountCount = 300;
    private const long Sum = AccountCount * 1000L;
    private static readonly MapId Accounts = new(1), Names = new(2);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Readers_see_whole_versions_while_the_writer_goes_on()
    {
        using VersionedStore store = Filled();
        using var done = new CancellationTokenSource();
        Task<long>[] readers =
        [
            Start(() => Read(store, done.Token)),
            Start(() => Read(store, done.Token)),
            Start(() => WalkRange(store, done.Token)),
            Start(() => LoadSnapshots(store, done.Token)),
        ];
        long versions;
        try { versions = Write(store); }
        finally { await done.CancelAsync(); }
        long[] reads = await Task.WhenAll(readers);
        Assert.All(reads, count => Assert.True(count > 0));
        Assert.True(versions > 100);
        Assert.Equal(0, store.Statistics.OpenViews);
    }

    /// <summary>On a thread of its own: the pool adds threads too slowly for a short test.</summary>
    private static Task<long> Start(Func<long> reader) =>
        Task.Factory.StartNew(reader, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static VersionedStore Filled()
    {
        var store = new VersionedStore(StoreModel.Maps);
        TransactionSet set = store.Begin(BatchNumber.Zero);
        for (int i = 0; i < AccountCount; i++) SetBalance(set, i, 1000);
        Stamp(set);
        store.Seal(set);
        store.Commit(BatchNumber.Zero);
        return store;
    }

    private static long Write(VersionedStore store)
    {
        var random = new Random(1);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Time)
        {
            for (int depth = random.Next(1, 4); depth > 0; depth--) WriteVersion(store, random);
            if (random.Next(5) == 0) store.RollBackToCommitted();
            if (store.Head > store.Committed) store.Commit(store.Head!.Value);
        }
        return (long)store.Committed!.Value.Value;
    }

    private static void WriteVersion(VersionedStore store, Random random)
    {
        TransactionSet set = store.Begin(store.Head!.Value.Next());
        for (int i = 0; i < 20; i++)
        {
            int savepoint = set.Savepoint();
            int from = random.Next(AccountCount), to = random.Next(AccountCount);
            long amount = random.Next(100);
            SetBalance(set, from, Balance(set, from) - amount);
            SetBalance(set, to, Balance(set, to) + amount);
            if (random.Next(4) == 0) set.RevertTo(savepoint);
            ComeAndGo(set, random);
        }
        Stamp(set);
        if (random.Next(10) == 0) store.Discard(set);
        else store.Seal(set);
    }

    /// <summary>Other keys, in both maps, that appear and vanish so that memory is reused under the readers.</summary>
    private static void ComeAndGo(TransactionSet set, Random random)
    {
        Span<byte> key = stackalloc byte[16];
        key.Fill(0xEE);
        BinaryPrimitives.WriteInt32BigEndian(key[12..], random.Next(5000));
        MapId map = random.Next(2) == 0 ? Accounts : Names;
        if (random.Next(2) == 0) set.Put(map, key, key);
        else set.Delete(map, key);
    }

    private static void Stamp(TransactionSet set)
    {
        Span<byte> stamp = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(stamp, set.Version.Value);
        set.Put(Accounts, "version"u8, stamp);
    }

    private static long Read(VersionedStore store, CancellationToken done)
    {
        long count = 0;
        ulong last = 0;
        while (!done.IsCancellationRequested)
        {
            using StoreView view = store.OpenCommitted();
            Assert.True(view.Version.Value >= last);
            last = view.Version.Value;
            AssertWhole(view);
            count++;
        }
        return count;
    }

    private static void AssertWhole(StoreView view)
    {
        long sum = 0;
        for (int i = 0; i < AccountCount; i++) sum += Balance(view, i);
        Assert.Equal(Sum, sum);
        Assert.True(view.TryGet(Accounts, "version"u8, out ReadOnlySpan<byte> stamp));
        Assert.Equal(view.Version.Value, BinaryPrimitives.ReadUInt64BigEndian(stamp));
    }

    private static long WalkRange(VersionedStore store, CancellationToken done)
    {
        long count = 0;
        byte[] from = new byte[17];
        while (!done.IsCancellationRequested)
        {
            using StoreView view = store.OpenCommitted();
            long sum = 0;
            int length = 0;
            while (view.TryGetNext(Names, from.AsSpan(0, length), out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value))
            {
                if (key.Length == 4) sum += BinaryPrimitives.ReadInt64BigEndian(value);
                else Assert.True(value.SequenceEqual(key));
                key.CopyTo(from);
                from[key.Length] = 0;
                length = key.Length + 1;
            }
            Assert.Equal(Sum, sum);
            count++;
        }
        return count;
    }

    private static long LoadSnapshots(VersionedStore store, CancellationToken done)
    {
        long count = 0;
        var chunk = new ByteWriter();
        while (!done.IsCancellationRequested)
        {
            using var loader = new SnapshotLoader(StoreModel.Maps);
            using (SnapshotWriter snapshot = store.BeginSnapshot())
            {
                for (chunk.Clear(); snapshot.TryWriteNext(chunk, 1000); chunk.Clear()) Assert.True(loader.TryFeed(chunk.Span));
            }
            Assert.True(loader.TryFinish(out VersionedStore? loaded));
            using StoreView view = loaded!.OpenCommitted();
            AssertWhole(view);
            count++;
        }
        return count;
    }

    private static long Balance(IReadView view, int account)
    {
        Span<byte> key = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(key, account);
        Assert.True(view.TryGet(account % 2 == 0 ? Accounts : Names, key, out ReadOnlySpan<byte> value));
        Assert.True(view.TryGet(Names, key, out ReadOnlySpan<byte> named));
        Assert.True(value.SequenceEqual(named));
        return BinaryPrimitives.ReadInt64BigEndian(value);
    }

    private static void SetBalance(TransactionSet set, int account, long balance)
    {
        Span<byte> key = stackalloc byte[4], value = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(key, account);
        BinaryPrimitives.WriteInt64BigEndian(value, balance);
        set.Put(Accounts, key, value);
        set.Put(Names, key, value);
    }
}
