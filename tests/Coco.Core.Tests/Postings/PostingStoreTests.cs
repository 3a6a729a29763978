using Coco.Postings;
using Coco.Primitives;

namespace Coco.Core.Tests.Postings;

public sealed class PostingStoreTests
{
    /// <summary>A ledger of random batches, and what a plain list finds in it.</summary>
    private sealed class Model(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly List<(ulong Key, ulong Value)[]> _batches = [];
        private readonly Dictionary<ulong, List<ulong>> _byKey = [];

        public int Count => _batches.Count;

        public void Grow(int batches)
        {
            for (int i = 0; i < batches; i++)
            {
                var postings = new (ulong, ulong)[_random.Next(0, 40)];
                for (int j = 0; j < postings.Length; j++)
                {
                    ulong key = RandomKey();
                    postings[j] = (key, (ulong)_batches.Count);
                    if (!_byKey.TryGetValue(key, out List<ulong>? values)) _byKey.Add(key, values = []);
                    values.Add((ulong)_batches.Count);
                }
                _batches.Add(postings);
            }
        }

        /// <summary>Some keys in every batch, some now and then, most of them once.</summary>
        public ulong RandomKey() => _random.Next(4) switch
        {
            0 => Posting.KeyOf(1, (ulong)_random.Next(3)),
            1 => Posting.KeyOf(2, (ulong)_random.Next(200)),
            _ => Posting.KeyOf(3, (ulong)_random.NextInt64()),
        };

        public void Feed(PostingStore store, int upTo)
        {
            for (int batch = store.Covered is { } covered ? (int)covered.Last.Value + 1 : 0; batch < upTo; batch++)
            {
                foreach ((ulong key, ulong value) in _batches[batch]) store.Add(key, value);
                store.EndBatch(new BatchNumber((ulong)batch), new LogIndex((ulong)batch + 1));
            }
        }

        public void Check(PostingStore store, int upTo)
        {
            for (int i = 0; i < 60; i++)
            {
                bool isKnown = i % 2 == 0;
                (ulong, ulong)[] batch = _batches[_random.Next(upTo)];
                ulong key = isKnown && batch.Length > 0 ? batch[_random.Next(batch.Length)].Item1 : RandomKey();
                Check(store, upTo, key, (ulong)_random.Next(upTo), (ulong)_random.Next(upTo));
            }
        }

        private void Check(PostingStore store, int upTo, ulong key, ulong one, ulong other)
        {
            (ulong from, ulong to) = one < other ? (one, other) : (other, one);
            ulong[] expected = _byKey.TryGetValue(key, out List<ulong>? all) ? [.. all.Where(value => value < (ulong)upTo)] : [];
            var values = new List<ulong>();
            store.Find(key, from, to, new BatchNumber(from), new BatchNumber(to), values);
            Assert.Equal(expected.Where(value => value >= from && value <= to).Distinct(), values.Distinct());
            bool exists = store.TryFindLast(key, to, new BatchNumber(to), out ulong last);
            Assert.Equal(expected.Any(value => value <= to), exists);
            if (exists) Assert.Equal(expected.Where(value => value <= to).Max(), last);
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    private static void Settle(PostingStore store)
    {
        while (store.TryMerge(1000))
        {
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_is_sealed_merged_and_reopened_a_store_finds_what_a_list_finds(int seed)
    {
        var random = new Random(seed * 7919);
        var model = new Model(seed);
        var files = new MemorySegmentFiles();
        var store = new PostingStore(files, [], bufferPostings: 500);
        model.Grow(10);
        for (int round = 0; round < 120; round++)
        {
            model.Grow(random.Next(30));
            model.Feed(store, model.Count);
            if (store.IsFull || random.Next(10) == 0) Assert.True(store.TrySeal());
            store.TryMerge(random.Next(2000));
            if (random.Next(12) == 0)
            {
                store = new PostingStore(files, files.List(), bufferPostings: 500);
                model.Feed(store, model.Count);
            }
            model.Check(store, model.Count);
        }
        Assert.True(files.Files.Count < 30, $"{files.Files.Count} segments are left");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_damaged_segment_is_found_out_and_added_again_from_the_ledger(int seed)
    {
        var random = new Random(seed * 104729);
        var model = new Model(seed);
        var files = new MemorySegmentFiles();
        var store = new PostingStore(files, [], bufferPostings: 300);
        for (int i = 0; i < 30; i++)
        {
            model.Grow(30);
            model.Feed(store, model.Count);
            store.TrySeal();
            store.TryMerge(5000);
        }
        ulong hit = files.Files.Keys.ElementAt(random.Next(files.Files.Count));
        for (int page = 0; page < files.Files[hit].Count; page++) files.Damage(hit, page);
        int cuts = 0;
        for (int tries = 0; ; tries++)
        {
            try
            {
                if (tries == 0) Settle(store);
                model.Check(store, model.Count);
                if (cuts > 0 || tries > 20) break;
            }
            catch (SegmentUnreadableException unreadable)
            {
                Assert.True(store.IsInUse(unreadable.File));
                store.CutAt(unreadable.File);
                Assert.False(store.IsInUse(unreadable.File));
                model.Feed(store, model.Count);
                cuts++;
            }
        }
        Assert.Equal(1, cuts);
        Assert.DoesNotContain(hit, files.Files.Keys);
    }

    [Fact]
    public void A_folder_that_was_rolled_back_only_means_that_more_is_added_again()
    {
        var model = new Model(5);
        var files = new MemorySegmentFiles();
        var store = new PostingStore(files, [], bufferPostings: 300);
        model.Grow(200);
        model.Feed(store, 200);
        store.TrySeal();
        SortedDictionary<ulong, List<byte[]>> old = new(files.Files);
        model.Grow(800);
        for (int upTo = 250; upTo <= 1000; upTo += 50)
        {
            model.Feed(store, upTo);
            store.TrySeal();
            Settle(store);
        }
        files.Files.Clear();
        foreach ((ulong number, List<byte[]> pages) in old) files.Files.Add(number, pages);
        store = new PostingStore(files, files.List(), bufferPostings: 300);
        Assert.Equal(199UL, store.Covered!.Value.Last.Value);
        model.Feed(store, 1000);
        model.Check(store, 1000);
    }

    [Fact]
    public void What_was_merged_and_not_yet_dropped_is_dropped_at_the_next_opening()
    {
        var model = new Model(6);
        var files = new MemorySegmentFiles();
        var store = new PostingStore(files, [], bufferPostings: 300);
        model.Grow(200);
        SortedDictionary<ulong, List<byte[]>> inputs = [];
        for (int upTo = 50; upTo <= 200; upTo += 50)
        {
            model.Feed(store, upTo);
            store.TrySeal();
        }
        foreach ((ulong number, List<byte[]> pages) in files.Files) inputs.Add(number, pages);
        Settle(store);
        Assert.Single(files.Files);
        foreach ((ulong number, List<byte[]> pages) in inputs) files.Files.Add(number, pages);
        files.Files.Add(1000, [new byte[Limits.PageBytes]]);
        store = new PostingStore(files, files.List());
        Assert.Equal([1], store.Levels);
        Assert.Single(files.Files);
        model.Check(store, 200);
    }

    [Fact]
    public void A_segment_that_is_missing_in_the_middle_costs_what_comes_after()
    {
        var model = new Model(7);
        var files = new MemorySegmentFiles();
        var store = new PostingStore(files, []);
        model.Grow(90);
        for (int upTo = 30; upTo <= 90; upTo += 30)
        {
            model.Feed(store, upTo);
            store.TrySeal();
        }
        files.Files.Remove(2);
        store = new PostingStore(files, files.List());
        Assert.Equal(29UL, store.Covered!.Value.Last.Value);
        Assert.Equal(new LogIndex(30), store.Covered!.Value.LastIndex);
        Assert.Single(files.Files);
    }

    [Fact]
    public void Nothing_is_lost_while_the_disk_is_full()
    {
        var model = new Model(8);
        var files = new MemorySegmentFiles { IsFull = true };
        var store = new PostingStore(files, [], bufferPostings: 100);
        model.Grow(100);
        model.Feed(store, 100);
        Assert.True(store.IsFull);
        Assert.False(store.TrySeal());
        model.Check(store, 100);
        files.IsFull = false;
        Assert.True(store.TrySeal());
        Assert.Equal(0, store.Buffered);
        model.Check(store, 100);
    }

    [Fact]
    public void A_pruned_table_still_answers_for_the_window()
    {
        const ulong Window = 50;
        var files = new MemorySegmentFiles();
        var store = new PostingStore(files, [], new PruneWindow(9, Window), bufferPostings: 1000);
        var random = new Random(3);
        var written = new Dictionary<ulong, List<ulong>>();
        for (ulong batch = 0; batch < 4000; batch++)
        {
            foreach (int key in Enumerable.Range(0, 20).Where(_ => random.Next(3) == 0))
            {
                ulong full = Posting.KeyOf(9, (ulong)key);
                store.Add(full, batch);
                if (!written.TryGetValue(full, out List<ulong>? blocks)) written.Add(full, blocks = []);
                blocks.Add(batch);
            }
            store.EndBatch(new BatchNumber(batch), new LogIndex(batch + 1));
            if (store.IsFull) store.TrySeal();
            Settle(store);
        }
        foreach ((ulong key, List<ulong> blocks) in written)
        {
            for (ulong at = 4000 - Window; at < 4000; at++)
            {
                Assert.True(store.TryFindLast(key, at, new BatchNumber(at), out ulong value));
                Assert.Equal(blocks.Last(block => block <= at), value);
            }
        }
        Assert.True(store.Sealed < 5_000, $"{store.Sealed} of {written.Values.Sum(blocks => blocks.Count)} postings are kept");
    }

    [Fact]
    public void A_miss_reads_hardly_any_page_of_data()
    {
        var files = new MemorySegmentFiles();
        var store = new PostingStore(files, []);
        var random = new Random(4);
        for (ulong batch = 0; batch < 200; batch++)
        {
            for (int i = 0; i < 1000; i++) store.Add(Posting.KeyOf(1, (ulong)random.NextInt64()), batch);
            store.EndBatch(new BatchNumber(batch), new LogIndex(batch + 1));
        }
        store.TrySeal();
        int before = files.PagesRead;
        for (int i = 0; i < 1000; i++) store.TryFindLast(Posting.KeyOf(1, (ulong)random.NextInt64()), ulong.MaxValue, new BatchNumber(200), out _);
        // Filter tree and filter: two pages for a miss. A filter that errs costs two more.
        Assert.InRange(files.PagesRead - before, 2000, 2100);
    }
}
