using Coco.Ledgers;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Simulation.Nodes;

/// <summary>A ledger that also tells others of each batch that it is told of: what its subscriptions see.</summary>
internal sealed class WatchedLedger(ILedger inner, Action<AppliedBatch> applied) : ILedger
{
    public LedgerDescription Description => inner.Description;

    public AdmissionResult Admit(ReadOnlyMemory<byte> request, Caller caller, IReadView committed) => inner.Admit(request, caller, committed);

    public AdmissionResult Readmit(ReadOnlyMemory<byte> request, IReadView before) => inner.Readmit(request, before);

    public bool TryDecodeAdmitted(ReadOnlyMemory<byte> encoded, out AdmittedTransaction? transaction) => inner.TryDecodeAdmitted(encoded, out transaction);

    public ITransactionPool CreatePool() => inner.CreatePool();

    public IExecutedBatch Execute(BatchInput input, ITransactionSet set) => inner.Execute(input, set);

    public void Applied(AppliedBatch batch, List<Hash256> ids)
    {
        inner.Applied(batch, ids);
        applied(batch);
    }

    public void Index(AppliedBatch batch, IPostings postings) => inner.Index(batch, postings);

    public void Restored(AppliedBatch last, StoreView state) => inner.Restored(last, state);

    public void RolledBack(BatchNumber to) => inner.RolledBack(to);

    public string? Settle() => inner.Settle();

    public IClientProtocol Serve(LedgerServices services) => inner.Serve(services);

    public void Dispose() => inner.Dispose();
}
