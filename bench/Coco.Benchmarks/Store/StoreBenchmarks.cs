using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Benchmarks.Store;

/// <summary>The store's hot paths over a million keys of 32 bytes, with the keys in no order. One call is 1,000 operations.</summary>
[MemoryDiagnoser]
public class StoreBenchmarks : IDisposable
{
    private const int Keys = 1_000_000;
    private const int Operations = 1_000;

    private static readonly MapId Accounts = new(0), Names = new(1);

    private readonly byte[] _key = new byte[32];
    private readonly byte[] _value = new byte[32];
    private readonly ByteWriter _writer = new(1 << 20);
    private VersionedStore _store = null!;
    private StoreView _view = null!;
    private uint _at;

    [GlobalSetup]
    public void Fill()
    {
        _store = new VersionedStore(
            [new(Accounts, "accounts", MapKind.Hash), new(Names, "names", MapKind.Ordered)]);
        TransactionSet set = _store.Begin(BatchNumber.Zero);
        for (uint i = 0; i < Keys; i++)
        {
            set.Put(Accounts, KeyOf(i), _value);
            if (i % 10 == 0) set.Put(Names, KeyOf(i), _value);
        }
        _store.Seal(set);
        _store.Commit(BatchNumber.Zero);
        _view = _store.OpenCommitted();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _view.Dispose();
        _store.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public int Get()
    {
        int found = 0;
        for (int i = 0; i < Operations; i++)
            if (_view.TryGet(Accounts, NextKey(), out _)) found++;
        return found;
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public int RangeStep()
    {
        int found = 0;
        for (int i = 0; i < Operations; i++)
            if (_view.TryGetNext(Names, NextKey(), out _, out _)) found++;
        return found;
    }

    /// <summary>A batch of a thousand overwrites, sealed and committed.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void PutAndCommit() => WriteBatch(encodes: false);

    [Benchmark(OperationsPerInvoke = Operations)]
    public void PutEncodeAndCommit() => WriteBatch(encodes: true);

    /// <summary>One call is a whole snapshot: 1.1 million records, of them 100,000 in an ordered map.</summary>
    [Benchmark]
    public int WriteSnapshot()
    {
        using SnapshotWriter snapshot = _store.BeginSnapshot();
        int bytes = 0;
        for (_writer.Clear(); snapshot.TryWriteNext(_writer, 1 << 20); _writer.Clear()) bytes += _writer.Length;
        return bytes;
    }

    /// <summary>The same with each part loaded into another store.</summary>
    [Benchmark]
    public bool WriteAndLoadSnapshot()
    {
        using var loader = new SnapshotLoader(_store.Maps);
        using SnapshotWriter snapshot = _store.BeginSnapshot();
        bool fits = true;
        for (_writer.Clear(); fits && snapshot.TryWriteNext(_writer, 1 << 20); _writer.Clear()) fits = loader.TryFeed(_writer.Span);
        bool isWhole = loader.TryFinish(out VersionedStore? loaded);
        loaded?.Dispose();
        return isWhole;
    }

    private void WriteBatch(bool encodes)
    {
        BatchNumber version = _store.Head!.Value.Next();
        TransactionSet set = _store.Begin(version);
        for (int i = 0; i < Operations; i++) set.Put(Accounts, NextKey(), _value);
        _writer.Clear();
        if (encodes) set.EncodeWriteSet(_writer);
        _store.Seal(set);
        _store.Commit(version);
        // The view moves on, so that it holds no more than one batch back.
        _view.Dispose();
        _view = _store.OpenCommitted();
    }

    private ReadOnlySpan<byte> NextKey() => KeyOf((_at += 7919) % Keys);

    private ReadOnlySpan<byte> KeyOf(uint number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_key, number * 2654435761u);
        BinaryPrimitives.WriteUInt32LittleEndian(_key.AsSpan(20), number);
        return _key;
    }
}
