using Coco.Crypto;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Tests.Socket;

/// <summary>A ledger on a store of its own, driven as the executor drives it; genesis is committed.</summary>
internal sealed class LedgerRun : IDisposable
{
    public const ulong StartMs = 1_700_000_000_000;

    private readonly Queue<(IExecutedBatch Executed, BatchRecord Record)> _speculative = new();

    public LedgerRun(ILedger ledger)
    {
        Ledger = ledger;
        Store = new VersionedStore(ledger.Description.Maps);
        Execute(new BatchEnvironment(StartMs, Hash256.Zero), []);
        Commit();
    }

    private LedgerRun(ILedger ledger, VersionedStore store) => (Ledger, Store) = (ledger, store);

    public ILedger Ledger { get; }
    public VersionedStore Store { get; }

    /// <summary>Of the batch that was executed last.</summary>
    public BatchClaims Claims { get; private set; } = new();

    /// <summary>A ledger that begins with the state of another's store, through the bytes of a snapshot.</summary>
    public static LedgerRun Restore(ILedger ledger, VersionedStore from, BatchRecord last)
    {
        using SnapshotWriter snapshot = from.BeginSnapshot();
        using var loader = new SnapshotLoader(ledger.Description.Maps);
        var piece = new ByteWriter();
        while (snapshot.TryWriteNext(piece, 1_000))
        {
            Assert.True(loader.TryFeed(piece.Span));
            piece.Clear();
        }
        Assert.True(loader.TryFinish(out VersionedStore? store));
        ledger.Restored(new AppliedBatch(new LogIndex(last.Number.Value + 1), last, null), store!.OpenCommitted());
        return new LedgerRun(ledger, store);
    }

    public IReadOnlyList<AdmittedTransaction> Admit(IEnumerable<byte[]> requests) =>
        Admit([.. requests.Select(request => new ReadOnlyMemory<byte>(request))]);

    public IReadOnlyList<AdmittedTransaction> Admit(IReadOnlyList<ReadOnlyMemory<byte>> requests)
    {
        using StoreView view = Store.OpenCommitted();
        var admitted = new List<AdmittedTransaction>();
        foreach (ReadOnlyMemory<byte> request in requests)
        {
            AdmissionResult result = Ledger.Admit(request, new Caller(CallerKind.Organisation, "acme"), view);
            Assert.Null(result.Refusal);
            admitted.Add(result.Transaction!);
        }
        return admitted;
    }

    public (IExecutedBatch Executed, BatchRecord Record) Execute(
        BatchEnvironment environment, IReadOnlyList<AdmittedTransaction> transactions)
    {
        BatchNumber number = Store.Head is { } head ? head.Next() : BatchNumber.Zero;
        TransactionSet set = Store.Begin(number);
        IExecutedBatch executed = Ledger.Execute(new BatchInput(number, environment, transactions), set);
        ByteWriter writeSet = new(), results = new();
        set.EncodeWriteSet(writeSet);
        Store.Seal(set);
        Claims = new BatchClaims();
        executed.Seal(results, Claims);
        var record = new BatchRecord(
            number, environment, [.. executed.Included.Select(transaction => transaction.Request)], writeSet.ToArray(),
            results.ToArray());
        _speculative.Enqueue((executed, record));
        return (executed, record);
    }

    /// <summary>Commits the oldest speculative batch and returns the ids that the ledger names.</summary>
    public List<Hash256> Commit()
    {
        (IExecutedBatch executed, BatchRecord record) = _speculative.Dequeue();
        Store.Commit(record.Number);
        return Apply(new AppliedBatch(new LogIndex(record.Number.Value + 1), record, executed));
    }

    /// <summary>The follower's way: only the record came.</summary>
    public List<Hash256> Apply(BatchRecord record)
    {
        Assert.True(Store.TryApply(record.Number, record.WriteSet.Span));
        Store.Commit(record.Number);
        return Apply(new AppliedBatch(new LogIndex(record.Number.Value + 1), record, null));
    }

    public void RollBack()
    {
        Store.RollBackToCommitted();
        Ledger.RolledBack(Store.Committed!.Value);
        _speculative.Clear();
    }

    public Hash256 Digest()
    {
        using StoreView view = Store.OpenHead();
        return Store.ComputeDigest(view);
    }

    public void Dispose()
    {
        Ledger.Dispose();
        Store.Dispose();
    }

    private List<Hash256> Apply(AppliedBatch batch)
    {
        var ids = new List<Hash256>();
        Ledger.Applied(batch, ids);
        return ids;
    }
}
