using Coco.Primitives;
using Coco.Store;

namespace Coco.Core.Tests.Store;

public sealed class VersionedStoreRuleTests
{
    private static readonly MapId Accounts = new(1), Names = new(2);

    [Fact]
    public void An_empty_store_has_no_version()
    {
        using var store = new VersionedStore(StoreModel.Maps);
        Assert.Null(store.Head);
        Assert.Null(store.Committed);
        Assert.Throws<InvalidOperationException>(store.OpenCommitted);
        Assert.Throws<InvalidOperationException>(store.OpenHead);
        Assert.Throws<InvalidOperationException>(store.BeginSnapshot);
    }

    [Fact]
    public void A_version_follows_the_head()
    {
        using VersionedStore store = Genesis();
        Assert.Throws<InvariantException>(() => store.Begin(new BatchNumber(2)));
        Assert.Throws<InvariantException>(() => store.Begin(BatchNumber.Zero));
    }

    [Fact]
    public void One_set_is_open_at_a_time_and_sealed_once()
    {
        using VersionedStore store = Genesis();
        TransactionSet set = store.Begin(new BatchNumber(1));
        Assert.Throws<InvariantException>(() => store.Begin(new BatchNumber(1)));
        Assert.Throws<InvariantException>(() => store.Commit(BatchNumber.Zero));
        store.Seal(set);
        Assert.Throws<InvariantException>(() => store.Seal(set));
        Assert.Throws<InvariantException>(() => set.Put(Accounts, "a"u8, "b"u8));
    }

    [Fact]
    public void What_is_committed_is_never_rolled_back()
    {
        using VersionedStore store = Genesis();
        store.Seal(store.Begin(new BatchNumber(1)));
        store.Commit(new BatchNumber(1));
        Assert.Throws<InvariantException>(() => store.RollBack(BatchNumber.Zero));
        Assert.Throws<InvariantException>(() => store.Commit(BatchNumber.Zero));
    }

    [Fact]
    public void A_view_of_the_head_ends_at_a_roll_back()
    {
        using VersionedStore store = Genesis();
        store.Seal(store.Begin(new BatchNumber(1)));
        using StoreView head = store.OpenHead();
        store.RollBackToCommitted();
        Assert.Throws<InvariantException>(() => head.TryGet(Accounts, "a"u8, out _));
    }

    [Fact]
    public void A_disposed_view_reads_nothing()
    {
        using VersionedStore store = Genesis();
        StoreView view = store.OpenCommitted();
        view.Dispose();
        view.Dispose();
        Assert.Throws<ObjectDisposedException>(() => view.TryGet(Accounts, "a"u8, out _));
        Assert.Equal(0, store.Statistics.OpenViews);
    }

    [Fact]
    public void Keys_values_and_maps_have_limits()
    {
        using VersionedStore store = Genesis();
        TransactionSet set = store.Begin(new BatchNumber(1));
        set.Put(Accounts, new byte[StoreLimits.MaxKeyBytes], []);
        set.Put(Accounts, "large"u8, new byte[StoreLimits.MaxValueBytes]);
        Assert.True(set.TryGet(Accounts, "large"u8, out ReadOnlySpan<byte> large));
        Assert.Equal(StoreLimits.MaxValueBytes, large.Length);
        Assert.Throws<InvariantException>(() => set.Put(Accounts, new byte[StoreLimits.MaxKeyBytes + 1], []));
        Assert.Throws<InvariantException>(() => set.Put(Accounts, "a"u8, new byte[StoreLimits.MaxValueBytes + 1]));
        Assert.Throws<InvariantException>(() => set.Put(new MapId(3), "a"u8, []));
        Assert.Throws<InvariantException>(() => set.TryGet(new MapId(999), "a"u8, out _));
        Assert.Throws<InvariantException>(() => set.TryGetNext(Accounts, [], out _, out _));
    }

    [Fact]
    public void Views_are_bounded_and_their_places_are_used_again()
    {
        using VersionedStore store = Genesis(new StoreLimits { MaxViews = 3 });
        StoreView[] views = [store.OpenCommitted(), store.OpenCommitted(), store.OpenCommitted()];
        Assert.Throws<InvalidOperationException>(store.OpenCommitted);
        views[1].Dispose();
        using StoreView again = store.OpenCommitted();
        Assert.False(again.TryGet(Accounts, "a"u8, out _));
    }

    [Fact]
    public void A_write_set_is_what_the_format_says()
    {
        using VersionedStore store = Genesis();
        TransactionSet set = store.Begin(new BatchNumber(1));
        set.Put(Names, "b"u8, "2"u8);
        set.Put(Names, "a"u8, "1"u8);
        set.Put(Accounts, "gone"u8, "x"u8);
        set.Delete(Accounts, "gone"u8);
        set.Put(new MapId(7), "k"u8, new byte[200]);
        Assert.Equal("010202" + "03610131" + "03620132" + "0701" + "036BC801" + new string('0', 400), Encode(set));
        store.Seal(set);
        set = store.Begin(new BatchNumber(2));
        set.Delete(Names, "a"u8);
        Assert.Equal("010201" + "0261", Encode(set));
        store.Discard(set);
        Assert.Equal("01", Encode(store.Begin(new BatchNumber(2))));
    }

    [Theory]
    [InlineData("", "no format")]
    [InlineData("02", "unknown format")]
    [InlineData("010300", "unknown map")]
    [InlineData("010100", "an empty map")]
    [InlineData("0101020361013103610131", "the same key twice")]
    [InlineData("0101020362013103610131", "keys out of order")]
    [InlineData("01020103610131010103610131", "maps out of order")]
    [InlineData("0101010261", "deletion of a key that is not there")]
    [InlineData("01010103610231", "a value cut short")]
    [InlineData("0101010361013100", "bytes behind")]
    [InlineData("018100010361013100", "a number that is longer than it need be")]
    [InlineData("0101018310", "a key that is too long")]
    [InlineData("0101010361FFFFFF7F", "a value that is too long")]
    [InlineData("01FFFFFFFF1F", "a number of more than 32 bits")]
    public void Bytes_that_are_no_write_set_change_nothing(string hex, string why)
    {
        using VersionedStore store = Genesis();
        Assert.False(store.TryApply(new BatchNumber(1), Convert.FromHexString(hex)), why);
        Assert.Equal(BatchNumber.Zero, store.Head);
        Assert.Equal(0, store.Statistics.Keys);
        Assert.True(store.TryApply(new BatchNumber(1), [1]));
    }

    [Fact]
    public void Many_keys_with_a_common_start_stay_in_order()
    {
        using VersionedStore store = Genesis();
        TransactionSet set = store.Begin(new BatchNumber(1));
        byte[] key = new byte[40];
        for (int i = 0; i < 20_000; i++)
        {
            uint mixed = (uint)i * 2654435761u;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(key.AsSpan(36), mixed);
            set.Put(Names, key, key.AsSpan(36));
        }
        store.Seal(set);
        using StoreView view = store.OpenHead();
        int count = 0;
        byte[] from = [];
        uint last = 0;
        while (view.TryGetNext(Names, from, out ReadOnlySpan<byte> found, out ReadOnlySpan<byte> value))
        {
            uint number = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(value);
            Assert.True(count == 0 || number > last);
            Assert.True(found[36..].SequenceEqual(value));
            last = number;
            count++;
            from = [.. found, 0];
        }
        Assert.Equal(20_000, count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(900)]
    [InlineData(50_000)]
    public void A_store_from_a_snapshot_has_all_its_keys_and_takes_others(int count)
    {
        using VersionedStore store = WithNumbers(count);
        using var loader = new SnapshotLoader(StoreModel.Maps, hashSeed: 7);
        var part = new ByteWriter();
        using (SnapshotWriter snapshot = store.BeginSnapshot())
            for (; snapshot.TryWriteNext(part, 10_000); part.Clear()) Assert.True(loader.TryFeed(part.Span));
        Assert.True(loader.TryFinish(out VersionedStore? loaded));
        using (loaded)
        {
            AssertHasNumbers(loaded!, count);
            AddNumbers(loaded!, count, 2 * count);
            AssertHasNumbers(loaded!, 2 * count);
        }
    }

    private static VersionedStore WithNumbers(int count)
    {
        VersionedStore store = Genesis();
        AddNumbers(store, 0, count);
        return store;
    }

    private static void AddNumbers(VersionedStore store, int from, int to)
    {
        BatchNumber version = store.Head!.Value.Next();
        TransactionSet set = store.Begin(version);
        for (int i = from; i < to; i++) set.Put(i % 2 == 0 ? Names : Accounts, BitConverter.GetBytes(i), BitConverter.GetBytes(i));
        store.Seal(set);
        store.Commit(version);
    }

    private static void AssertHasNumbers(VersionedStore store, int count)
    {
        Assert.Equal(count, store.Statistics.Keys);
        using StoreView view = store.OpenCommitted();
        for (int i = 0; i < count; i++)
        {
            Assert.True(view.TryGet(i % 2 == 0 ? Names : Accounts, BitConverter.GetBytes(i), out ReadOnlySpan<byte> value));
            Assert.Equal(i, BitConverter.ToInt32(value));
        }
    }

    internal static VersionedStore Genesis(StoreLimits? limits = null)
    {
        var store = new VersionedStore(StoreModel.Maps, limits);
        store.Seal(store.Begin(BatchNumber.Zero));
        store.Commit(BatchNumber.Zero);
        return store;
    }

    private static string Encode(TransactionSet set)
    {
        var writer = new ByteWriter();
        set.EncodeWriteSet(writer);
        return Convert.ToHexString(writer.Span);
    }
}
