using Coco.Ledgers;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Conformance;

/// <summary>A worker without a network: transactions that are sent wait in its pool for ever.</summary>
public sealed class RpcWorker(RpcChain chain) : ISubmitter, IHistory, ICommittedState, INodeFacts
{
    private readonly EthereumPool _pool = new();

    public int NodeCount => 1;
    public bool IsSyncing => false;
    public ulong UnixMs => 0;

    public ValueTask<Submission> SubmitAsync(AdmittedTransaction transaction, CancellationToken cancellation)
    {
        using StoreView view = chain.Store.OpenCommitted();
        PoolResult added = _pool.Add(transaction, NodeId.None, view);
        return ValueTask.FromResult(new Submission(
            added.Refusal is null ? SubmissionState.Held : SubmissionState.Refused, added.Refusal));
    }

    public ValueTask<T> QueryPoolAsync<T>(Func<ITransactionPool, T> query, CancellationToken cancellation) =>
        ValueTask.FromResult(query(_pool));

    public ValueTask<AppliedBatch?> ReadAsync(BatchNumber number, CancellationToken cancellation) =>
        ValueTask.FromResult(
            number.Value < (ulong)chain.Records.Count
                ? new AppliedBatch(new LogIndex(number.Value + 1), chain.Records[(int)number.Value], null) : null);

    public ICommittedView Open() => new View(chain.Views[^1]);

    public ICommittedView? Open(BatchNumber version) =>
        version.Value < (ulong)chain.Views.Count ? new View(chain.Views[(int)version.Value]) : null;

    public ValueTask<bool> WaitLinearizableAsync(CancellationToken cancellation) => ValueTask.FromResult(true);

    private sealed class View(StoreView view) : ICommittedView
    {
        public BatchNumber Version => view.Version;

        public bool TryGet(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) => view.TryGet(map, key, out value);

        public bool TryGetNext(
            MapId map, ReadOnlySpan<byte> from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) =>
            view.TryGetNext(map, from, out key, out value);

        /// <summary>The chain keeps its views open.</summary>
        public void Dispose()
        {
        }
    }
}
