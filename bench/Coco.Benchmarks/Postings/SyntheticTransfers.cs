using Coco.Postings;
using Coco.Primitives;

namespace Coco.Benchmarks.Postings;

/// <summary>
/// What token transfers between a hundred thousand accounts post, 50 in a block: the transaction, the words of its log and the keys
/// that it writes. <c>--memory</c> on the command line shows what a million of them leave in memory and on disk.
/// </summary>
internal static class SyntheticTransfers
{
    private const ulong Accounts = 100_000;
    private const int InBlock = 50;

    public static ulong HashOf(ulong number) => (number + 1) * 0x9E3779B97F4A7C15;

    public static void Add(PostingStore store, ulong from, int count)
    {
        for (ulong number = from, block = from / InBlock; number < from + (ulong)count; block++)
        {
            store.Add(Posting.KeyOf(2, HashOf(~block)), block);
            store.Add(Posting.KeyOf(3, 0), block);
            for (int i = 0; i < InBlock; i++, number++) AddTransfer(store, number, block, i);
            store.EndBatch(new BatchNumber(block), new LogIndex(block + 1));
            if (store.IsFull && !store.TrySeal()) throw new IOException("a segment could not be stored");
            store.TryMerge(4_096);
        }
    }

    public static void ShowMemory()
    {
        long before = GC.GetTotalMemory(forceFullCollection: true), allocated = GC.GetTotalAllocatedBytes();
        using var files = new FileSegments();
        var store = new PostingStore(files, []);
        long most = 0, started = System.Diagnostics.Stopwatch.GetTimestamp();
        for (ulong done = 0; done < 1_000_000; done += 50_000)
        {
            Add(store, done, 50_000);
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds;
        while (store.TryMerge(100_000))
        {
        }
        Console.WriteLine(
            $"1,000,000 transfers: {store.Sealed + (ulong)store.Buffered} postings, {seconds:F1} s, at most {most / 1e6:F1} MB in memory, "
            + $"{(GC.GetTotalAllocatedBytes() - allocated) / 1e6:F0} MB allocated on the way, {files.Bytes / 1e6:F0} MB on disk, "
            + $"{store.Levels.Count} segments of levels {string.Join(' ', store.Levels)}");
    }

    private static void AddTransfer(PostingStore store, ulong number, ulong block, int position)
    {
        ulong sender = HashOf(number * 31 % Accounts), receiver = HashOf(number * 57 % Accounts);
        store.Add(Posting.KeyOf(1, HashOf(number)), (block << 16) | (uint)position);
        store.Add(Posting.KeyOf(3, sender), block);
        store.Add(Posting.KeyOf(3, ~receiver), block);
        store.Add(Posting.KeyOf(4, sender), block);
        store.Add(Posting.KeyOf(4, sender + 1), block);
        store.Add(Posting.KeyOf(4, receiver + 1), block);
    }
}
