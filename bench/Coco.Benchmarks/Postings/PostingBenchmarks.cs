using BenchmarkDotNet.Attributes;
using Coco.Postings;
using Coco.Primitives;

namespace Coco.Benchmarks.Postings;

/// <summary>The index over a million token transfers, six postings each: adding with sealing and merging, and lookups that miss every cache.</summary>
[MemoryDiagnoser]
public class PostingBenchmarks : IDisposable
{
    private const int Transfers = 1_000_000;
    private const int Lookups = 100;

    private readonly Random _random = new(1);
    private FileSegments _files = null!;
    private PostingStore _store = null!;

    [GlobalSetup]
    public void Fill()
    {
        _files = new FileSegments();
        _store = new PostingStore(_files, []);
        SyntheticTransfers.Add(_store, 0, Transfers);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _files.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = 100_000)]
    public ulong Add()
    {
        using var files = new FileSegments();
        var store = new PostingStore(files, []);
        SyntheticTransfers.Add(store, 0, 100_000);
        return store.Sealed;
    }

    [Benchmark(OperationsPerInvoke = Lookups)]
    public int Find()
    {
        int found = 0;
        for (int i = 0; i < Lookups; i++)
            if (Ask(SyntheticTransfers.HashOf((ulong)_random.Next(Transfers)))) found++;
        return found;
    }

    [Benchmark(OperationsPerInvoke = Lookups)]
    public int Miss()
    {
        int found = 0;
        for (int i = 0; i < Lookups; i++)
            if (Ask((ulong)_random.NextInt64())) found++;
        return found;
    }

    private bool Ask(ulong hash) => _store.TryFindLast(Posting.KeyOf(1, hash), ulong.MaxValue, new BatchNumber(ulong.MaxValue), out _);
}
