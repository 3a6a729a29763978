using System.Collections.Concurrent;
using System.Security.Cryptography;
using Coco.Boundary;
using Coco.Crypto;
using Coco.Enclave.Tests.Manager;
using Coco.Ledgers;
using Coco.Manager.Disk;
using Coco.Manager.Worker;
using Coco.Primitives;
using Coco.Store;
using Coco.Worker.Indexing;

namespace Coco.Enclave.Tests.Worker;

/// <summary>
/// A ledger of batches that each post their number under a few keys; the manager's desk over a real folder; and the worker's indexer,
/// with every message between them through its codec.
/// </summary>
internal sealed class IndexHost : ILedger
{
    public const byte Table = 7;
    public const int Keys = 40;

    private static readonly SecretKey SessionKey = new(SHA256.HashData("index tests"u8));

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly SegmentDesk _desk;
    private readonly Task _serving;
    private RemoteSegments? _segments;
    private Indexer? _indexer;
    private volatile int _committed;
    private ulong _lowestAsked = ulong.MaxValue;
    private int _reads;

    public IndexHost()
    {
        _desk = new SegmentDesk(() => new SegmentFolder(_folder.Path, Network, SessionKey), index => Task.FromResult(LeafOf(index)), Reply, _ => { });
        _serving = _desk.RunAsync();
    }

    public static Hash256 Network => Sha256.Hash("network"u8);

    public LedgerIndex Index { get; private set; } = new();

    /// <summary>Distinguishes the chain that the ledger holds.</summary>
    public string Chain { get; set; } = "one";

    /// <summary>The first entry that the ledger files hold.</summary>
    public ulong FirstHeld { get; set; } = 1;

    /// <summary>Entries behind the last batch that are of another kind.</summary>
    public ulong OtherEntries { get; set; }

    /// <summary>How often the log was read since the last start.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>The first entry that was asked for by reading the log since the last start.</summary>
    public ulong LowestAsked => Volatile.Read(ref _lowestAsked);

    public string[] Files => [.. Directory.GetFiles(_folder.Path, "segment_*").Where(file => !file.EndsWith(".part", StringComparison.Ordinal)).Order()];

    public LedgerDescription Description { get; } = new("test", "1", [], 0, 0);

    /// <summary>The worker starts anew; the manager goes on.</summary>
    public void Start(bool isOpening = true)
    {
        _indexer?.Dispose();
        Index = new LedgerIndex();
        Volatile.Write(ref _lowestAsked, ulong.MaxValue);
        Volatile.Write(ref _reads, 0);
        _segments = new RemoteSegments(Receive);
        _indexer = new Indexer(this, _segments, Index, _ => { }, _failures.Enqueue, _ => { }, bufferPostings: 400);
        if (isOpening) _indexer.Start();
    }

    public void Commit(int batches)
    {
        for (int i = 0; i < batches; i++)
        {
            var batch = Batch((ulong)_committed);
            _committed++;
            _indexer!.Post(batch);
        }
    }

    /// <summary>Waits for the newest batch to be indexed, then asks for every key.</summary>
    public async Task CheckAsync()
    {
        var last = new BatchNumber((ulong)_committed - 1);
        for (int tries = 0; ; tries++)
        {
            try
            {
                await Index.WaitAsync(last, CancellationToken.None);
                for (ulong key = 0; key < Keys; key++) Check(key, last);
                break;
            }
            catch (HistoryUnavailableException) when (tries < 20)
            {
                await Task.Delay(20); // a damaged segment is being made anew
            }
        }
        Assert.Empty(_failures);
    }

    private void Check(ulong key, BatchNumber last)
    {
        var values = new List<ulong>();
        Index.Find(Table, key, 0, ulong.MaxValue, BatchNumber.Zero, last, values);
        ulong[] expected = [.. Enumerable.Range(0, _committed).Select(number => (ulong)number).Where(number => KeysOf(number).Contains(key))];
        Assert.Equal(expected, values);
        Assert.True(Index.TryFindLast(LedgerIndex.PlaceTable, last.Value, ulong.MaxValue, last, out ulong place));
        Assert.Equal(last.Value + 1, place);
    }

    /// <summary>Waits until the log is read no more.</summary>
    public async Task UntilQuietAsync()
    {
        int before = -1;
        for (int tries = 0; before != Reads; tries++)
        {
            Assert.True(tries < 50, "the log is read again and again");
            before = Reads;
            await Task.Delay(100);
        }
    }

    /// <summary>Waits until all from genesis on is indexed.</summary>
    public async Task UntilFromGenesisAsync()
    {
        for (int tries = 0; Index.Covered?.First != BatchNumber.Zero; tries++)
        {
            Assert.True(tries < 200, "the index does not reach back to genesis");
            await Task.Delay(100);
        }
        await CheckAsync();
    }

    public void Stop() => _indexer!.Dispose();

    void ILedger.Index(AppliedBatch batch, IPostings postings)
    {
        foreach (ulong key in KeysOf(batch.Record.Number.Value)) postings.Add(Table, key, batch.Record.Number.Value);
    }

    AdmissionResult ILedger.Admit(ReadOnlyMemory<byte> request, Caller caller, IReadView committed) => throw new NotSupportedException();

    bool ILedger.TryDecodeAdmitted(ReadOnlyMemory<byte> encoded, out AdmittedTransaction? transaction) => throw new NotSupportedException();

    ITransactionPool ILedger.CreatePool() => throw new NotSupportedException();

    IExecutedBatch ILedger.Execute(BatchInput input, ITransactionSet set) => throw new NotSupportedException();

    void ILedger.Applied(AppliedBatch batch, List<Hash256> ids) => throw new NotSupportedException();

    void ILedger.RolledBack(BatchNumber to) => throw new NotSupportedException();

    string? ILedger.Settle() => throw new NotSupportedException();

    IClientProtocol ILedger.Serve(LedgerServices services) => throw new NotSupportedException();

    public void Dispose()
    {
        _indexer?.Dispose();
        _desk.Dispose();
        Assert.True(_serving.Wait(10_000));
        _folder.Dispose();
    }

    private static HashSet<ulong> KeysOf(ulong number) => [number % Keys, number * 7 % Keys, number * number % Keys, 0];

    private static AppliedBatch Batch(ulong number) =>
        new(new LogIndex(number + 1), new BatchRecord(new BatchNumber(number), default, [], new byte[] { 1 }, new byte[] { 2 }), null);

    private Hash256? LeafOf(LogIndex index) =>
        index.Value <= (ulong)_committed ? Sha256.Hash(System.Text.Encoding.UTF8.GetBytes($"{Chain} {index}")) : null;

    private void Receive(WorkerMessage message)
    {
        var writer = new ByteWriter();
        WorkerMessageCodec.Encode(message, writer);
        Assert.True(WorkerMessageCodec.TryDecode(writer.ToArray(), out WorkerMessage? decoded));
        if (decoded is LogQuestion question) ReadLog(question);
        else _desk.Post((SegmentRequest)decoded!);
    }

    private void ReadLog(LogQuestion question)
    {
        Volatile.Write(ref _lowestAsked, Math.Min(_lowestAsked, question.From.Value));
        Interlocked.Increment(ref _reads);
        var batches = new List<LoggedBatch>();
        ulong index = Math.Max(question.From.Value, FirstHeld);
        for (; index <= (ulong)_committed && batches.Count < 50; index++)
        {
            var record = new ByteWriter();
            Batch(index - 1).Record.Encode(record);
            batches.Add(new LoggedBatch(new LogIndex(index), record.ToArray()));
        }
        if (index > (ulong)_committed) index = Math.Max(index, (ulong)_committed + 1 + OtherEntries);
        Reply(new LogAnswer(question.Request, new LogIndex(index), batches));
    }

    private void Reply(ManagerMessage message)
    {
        var writer = new ByteWriter();
        ManagerMessageCodec.Encode(message, writer);
        Assert.True(ManagerMessageCodec.TryDecode(writer.ToArray(), out ManagerMessage? decoded));
        _segments!.OnReply((SegmentReply)decoded!);
    }
}
