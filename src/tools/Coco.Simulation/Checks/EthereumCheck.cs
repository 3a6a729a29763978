using Coco.Crypto;
using Coco.Ledgers;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;
using Coco.Simulation.Clients;
using Coco.Simulation.World;
using Coco.Store;

namespace Coco.Simulation.Checks;

/// <summary>
/// Executes all committed blocks again from genesis, which must give the same write sets, receipts and state roots, and compares with
/// what clients saw: nothing acknowledged is lost, nothing is executed twice, and the order of blocks does not contradict time.
/// </summary>
internal sealed class EthereumCheck(SimulationWorld world, IReadOnlyList<EthereumOperation> history, ILedger ledger) : IDisposable
{
    private readonly VersionedStore _store = new(ledger.Description.Maps);
    private readonly List<Hash256> _order = [];
    private readonly List<Hash256> _ids = [];

    public void Run(IReadOnlyList<BatchRecord> batches)
    {
        foreach (BatchRecord batch in batches)
            if (!world.IsBroken && Difference(batch) is { } difference)
                world.Violate("execution", $"block {batch.Number}, executed again, has another {difference}");
        if (!world.IsBroken) CheckHistory();
    }

    public void Dispose()
    {
        _store.Dispose();
        ledger.Dispose();
    }

    private string? Difference(BatchRecord record)
    {
        var admitted = new List<AdmittedTransaction>();
        if (record.Requests.Count > 0)
        {
            using StoreView before = _store.OpenCommitted();
            foreach (ReadOnlyMemory<byte> request in record.Requests)
            {
                if (ledger.Readmit(request, before).Transaction is not { } transaction) return "signature";
                admitted.Add(transaction);
            }
        }
        TransactionSet set = _store.Begin(record.Number);
        IExecutedBatch batch = ledger.Execute(new BatchInput(record.Number, record.Environment, admitted), set);
        var writes = new ByteWriter();
        set.EncodeWriteSet(writes);
        _store.Seal(set);
        var results = new ByteWriter();
        batch.Seal(results, new BatchClaims());
        if (!writes.Span.SequenceEqual(record.WriteSet.Span)) return "write set";
        if (!results.Span.SequenceEqual(record.Results.Span)) return "receipt or state root";
        _store.Commit(record.Number);
        _ids.Clear();
        ledger.Applied(new AppliedBatch(default, record, batch), _ids);
        _order.AddRange(_ids);
        return null;
    }

    private void CheckHistory()
    {
        Dictionary<Hash256, EthereumOperation> known = history.ToDictionary(operation => operation.Hash);
        var executed = new HashSet<Hash256>();
        long latestBegin = long.MinValue;
        foreach (Hash256 id in _order)
        {
            if (!executed.Add(id)) world.Violate("executed twice", $"transaction {id} stands in two places");
            if (!known.TryGetValue(id, out EthereumOperation? operation)) continue;
            if (operation.CompletedAt < latestBegin) world.Violate("real-time order", $"transaction {id} comes after one that began when it was answered");
            latestBegin = Math.Max(latestBegin, operation.InvokedAt);
        }
        foreach (EthereumOperation operation in history)
            if (operation.CompletedAt is not null && !executed.Contains(operation.Hash))
                world.Violate("acknowledged and lost", $"transaction {operation.Hash} of client {operation.Client}, answered at {operation.CompletedAt / 1000} ms");
    }
}
