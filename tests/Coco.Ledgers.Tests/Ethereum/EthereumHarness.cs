using System.Text;
using Coco.Crypto;
using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Tests.Ethereum;

/// <summary>A ledger over a real store, driven as the executor drives it: execute, seal, commit, apply.</summary>
internal sealed class EthereumHarness : IDisposable
{
    public EthereumHarness(string settings)
    {
        Assert.True(EthereumSettings.TryRead(Encoding.UTF8.GetBytes(settings), out EthereumSettings? read, out string? error), error);
        Ledger = new EthereumLedger(read!, static (_, _) => throw new NotSupportedException());
        Store = new VersionedStore(Ledger.Description.Maps);
    }

    private EthereumHarness(EthereumLedger ledger, VersionedStore store) => (Ledger, Store) = (ledger, store);

    /// <summary>A ledger that begins with the state of another one, through the bytes of a snapshot.</summary>
    public static EthereumHarness Restore(string settings, EthereumHarness from, BatchRecord? last = null)
    {
        using var fresh = new EthereumHarness(settings);
        using SnapshotWriter snapshot = from.Store.BeginSnapshot();
        using var loader = new SnapshotLoader(fresh.Ledger.Description.Maps);
        var piece = new ByteWriter();
        while (snapshot.TryWriteNext(piece, 1_000))
        {
            Assert.True(loader.TryFeed(piece.Span));
            piece.Clear();
        }
        Assert.True(loader.TryFinish(out VersionedStore? store));
        BatchRecord record = last ?? from.Records[^1];
        fresh.Ledger.Restored(new AppliedBatch(new LogIndex(record.Number.Value + 1), record, null), store!.OpenCommitted());
        return new EthereumHarness(fresh.Ledger, store);
    }

    public EthereumLedger Ledger { get; }
    public VersionedStore Store { get; }
    public List<BatchRecord> Records { get; } = [];

    /// <summary>Of the batch that was sealed last.</summary>
    public BatchClaims Claims { get; } = new();

    /// <summary>Executes a batch on the speculative head; it is not sealed yet.</summary>
    public Pending Execute(ulong number, params AdmittedTransaction[] transactions)
    {
        TransactionSet set = Store.Begin(new BatchNumber(number));
        var random = new byte[32];
        random[0] = (byte)number;
        var environment = new BatchEnvironment(1_000 * number, new Hash256(random));
        IExecutedBatch executed = Ledger.Execute(new BatchInput(new BatchNumber(number), environment, transactions), set);
        var writeSet = new ByteWriter();
        set.EncodeWriteSet(writeSet);
        Store.Seal(set);
        return new Pending(executed, environment, writeSet.ToArray());
    }

    public BatchRecord Seal(Pending pending)
    {
        Claims.Clear();
        var results = new ByteWriter();
        pending.Executed.Seal(results, Claims);
        return new BatchRecord(
            pending.Executed.Number, pending.Environment, [.. pending.Executed.Included.Select(t => t.Request)],
            pending.WriteSet, results.ToArray());
    }

    public void Commit(Pending pending, BatchRecord record)
    {
        Store.Commit(record.Number);
        Ledger.Applied(new AppliedBatch(new LogIndex(record.Number.Value + 1), record, pending.Executed), []);
        Records.Add(record);
    }

    public EthereumBlock Run(ulong number, params AdmittedTransaction[] transactions)
    {
        Pending pending = Execute(number, transactions);
        Commit(pending, Seal(pending));
        return Ledger.Chain.Head!;
    }

    /// <summary>As a follower.</summary>
    public void Apply(BatchRecord record)
    {
        Assert.True(Store.TryApply(record.Number, record.WriteSet.Span));
        Store.Commit(record.Number);
        Ledger.Applied(new AppliedBatch(new LogIndex(record.Number.Value + 1), record, null), []);
    }

    public AdmissionResult Admit(EthereumTransaction transaction)
    {
        using StoreView view = Store.OpenCommitted();
        return Ledger.Admit(transaction.Raw, Caller.Anonymous, view);
    }

    public AdmittedTransaction Admitted(EthereumTransaction transaction)
    {
        AdmissionResult result = Admit(transaction);
        Assert.True(result.Transaction is not null, result.Refusal?.Message);
        return result.Transaction!;
    }

    public StateQueriesScope Query() => new(Ledger, Store.OpenCommitted());

    public void Dispose() => Store.Dispose();

    public sealed record Pending(IExecutedBatch Executed, BatchEnvironment Environment, byte[] WriteSet);

    public sealed class StateQueriesScope(EthereumLedger ledger, StoreView view) : IDisposable
    {
        public StateQueries State { get; } = new(ledger.Settings, view);
        public void Dispose() => view.Dispose();
    }
}
