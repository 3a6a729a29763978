using BenchmarkDotNet.Attributes;
using Coco.Crypto;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Benchmarks.Log;

/// <summary>
/// What one batch costs the log on a leader (sealing, tree, plan of the write) and on a follower (parsing, leaf, tree). Sealing is
/// to be compared with <see cref="AesAndShaAlone"/>: the rest is overhead.
/// </summary>
[MemoryDiagnoser]
public class LogBenchmarks : IDisposable
{
    private readonly SecretKey _sessionKey = new(new byte[SecretKey.Size]);
    private readonly byte[] _signature = new byte[P256.SignatureSize];
    private readonly byte[] _tag = new byte[Aead.TagSize];
    private readonly byte[] _public = new byte[BatchPublicPart.Size];
    private readonly MerkleLedger _tree = new();
    private readonly List<DiskOperation> _operations = [];
    private EntryCipher _cipher = null!;
    private Aead _aead = null!;
    private byte[] _private = [];
    private byte[] _hidden = [];
    private byte[] _frame = [];
    private Hash256 _leaf;

    [Params(300, 60_000)]
    public int Bytes { get; set; }

    private static EntryHeader Place => new(
        EntryKind.Batch, new Term(1), new LogIndex(1), GovernanceVersion.Zero, new EntrySalt(1, 2), Hash256.Zero);

    [GlobalSetup]
    public void Prepare()
    {
        _cipher = new EntryCipher(_sessionKey);
        _aead = new Aead(_sessionKey);
        _private = new byte[Bytes];
        _hidden = new byte[Bytes];
        for (int i = 0; i < 1_000_003; i++) _tree.Append(Sha256.Hash(BitConverter.GetBytes(i)));
        _tree.Commit(_tree.Last);
        UnsignedEntry unsigned = EntryBuilder.Begin(Place, _public, _private, _cipher);
        _leaf = unsigned.LeafDigest;
        _frame = unsigned.Complete(Hash256.Zero, new NodeId(1), _signature);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _cipher.Dispose();
        _aead.Dispose();
        _sessionKey.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The floor: one encryption and one hash of the same bytes.</summary>
    [Benchmark(Baseline = true)]
    public Hash256 AesAndShaAlone()
    {
        _aead.Seal(new AeadNonce(1), _private, [], _hidden, _tag);
        return Sha256.Hash(_hidden);
    }

    [Benchmark]
    public byte[] SealAndComplete() =>
        EntryBuilder.Begin(Place, _public, _private, _cipher).Complete(_leaf, new NodeId(1), _signature);

    [Benchmark]
    public Hash256 ParseAndHash() => EntryFrame.TryParse(_frame, out EntryFrame frame) ? frame.LeafDigest() : default;

    /// <summary>A leaf and the root, in a tree of a million.</summary>
    [Benchmark]
    public Hash256 TreeAppendAndRoot()
    {
        _tree.Append(in _leaf);
        Hash256 root = _tree.Root;
        _tree.Commit(_tree.Last);
        return root;
    }

    /// <summary>The checksum and the operations of one append to a new file.</summary>
    [Benchmark]
    public int PlanWrite()
    {
        _operations.Clear();
        var chunks = new LedgerChunks(NoFiles.Instance, Hash256.Zero, MerkleFrontier.Empty, Hash256.Zero);
        new LedgerWriter(chunks).Append([new LedgerRecord(_frame, _leaf)], new MerkleLedger(), _operations);
        return _operations.Count;
    }

    private sealed class NoFiles : ILedgerFiles
    {
        public static NoFiles Instance { get; } = new();

        public IReadOnlyList<string> List() => [];

        public long Length(string file) => 0;

        public int Read(string file, long offset, Span<byte> destination) => 0;
    }
}
