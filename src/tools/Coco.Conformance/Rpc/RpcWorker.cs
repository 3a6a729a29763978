using Coco.Ledgers;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Conformance;

/// <summary>A worker without a network: transactions that are sent wait in its pool for ever.</summary>
public sealed class RpcWorker(VersionedStore store) : ISubmitter, IHistory, ICommittedState, INodeFacts
{
    private readonly EthereumPool _pool = new();

    public int NodeCount => 1;
    public bool IsSyncing => false;
    public ulong UnixMs => 0;

    public ValueTask<Submission> SubmitAsync(AdmittedTransaction transaction, CancellationToken cancellation)
    {
        using StoreView view = store.OpenCommitted();
        PoolResult added = _pool.Add(transaction, true, view);
        return ValueTask.FromResult(new Submission(
            added.Refusal is null ? SubmissionState.Held : SubmissionState.Refused, added.Refusal));
    }

    public ValueTask<T> QueryPoolAsync<T>(Func<ITransactionPool, T> query, CancellationToken cancellation) =>
        ValueTask.FromResult(query(_pool));

    public ValueTask<AppliedBatch?> ReadAsync(BatchNumber number, CancellationToken cancellation) =>
        ValueTask.FromResult<AppliedBatch?>(null);

    public ICommittedView Open() => new View(store.OpenCommitted());

    public ValueTask<bool> WaitLinearizableAsync(CancellationToken cancellation) => ValueTask.FromResult(true);

    private sealed class View(StoreView view) : ICommittedView
    {
        public BatchNumber Version => view.Version;

        public bool TryGet(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) => view.TryGet(map, key, out value);

        public bool TryGetNext(
            MapId map, ReadOnlySpan<byte> from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) =>
            view.TryGetNext(map, from, out key, out value);

        public void Dispose() => view.Dispose();
    }
}
