using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers;

/// <summary>
/// The ledger socket (LED-1). The law:
/// <list type="number">
/// <item><see cref="Execute"/> depends on its input and the transaction set alone: executing an entry's record again gives the
/// same write set and results, so clock and randomness come in the <see cref="BatchEnvironment"/>, which is recorded (CON-2).</item>
/// <item><see cref="Admit"/> is called from many threads at once and writes nothing. <see cref="IExecutedBatch.Seal"/>,
/// <see cref="RolledBack"/> and <see cref="Settle"/> are called from one sealing thread, in the order of the batches, while the
/// executor's thread, which calls all else, goes on.</item>
/// <item><see cref="Applied"/> sees every committed batch once, in order, on every VN, and never one that is undone.</item>
/// <item>All state that decides a result is in the store's maps; what a ledger keeps beside is derived and bounded.</item>
/// <item>Bytes from clients may be anything; a refusal is a value in the words of the ledger's own ecosystem.</item>
/// </list>
/// </summary>
public interface ILedger : IDisposable
{
    LedgerDescription Description { get; }

    /// <summary>Memory of what is derived from the store's maps and grows with them; from any thread, may be approximate.</summary>
    long DerivedBytes => 0;

    /// <summary>Decodes and checks a client's signed request against the committed state; from many threads.</summary>
    AdmissionResult Admit(ReadOnlyMemory<byte> request, Caller caller, IReadView committed);

    /// <summary>
    /// Decodes a request from a committed record again and checks its signature, for executing the record again on the state
    /// before it. What execution judges anyway (balances, fees) may have been otherwise when it was admitted, and is not asked.
    /// </summary>
    AdmissionResult Readmit(ReadOnlyMemory<byte> request, IReadView before) => Admit(request, Caller.Anonymous, before);

    /// <summary>Reads what <see cref="AdmittedTransaction.Encode"/> of another, attested VN wrote, without admitting again.</summary>
    bool TryDecodeAdmitted(ReadOnlyMemory<byte> encoded, out AdmittedTransaction? transaction);

    /// <summary>A pool with this ledger's order and replacement rules, empty.</summary>
    ITransactionPool CreatePool();

    /// <summary>Runs a batch on the speculative head. Batch 0 is genesis: it has no transactions and writes the first state.</summary>
    IExecutedBatch Execute(BatchInput input, ITransactionSet set);

    /// <summary>
    /// A batch is committed and its version visible: extend indexes and subscriptions, publish it to readers. Adds the ids of its
    /// transactions to <paramref name="ids"/>.
    /// </summary>
    void Applied(AppliedBatch batch, List<Hash256> ids);

    /// <summary>
    /// Says under which keys a committed batch is to be found (<see cref="LedgerServices.Index"/>): on a thread of its own, for every
    /// batch once, in order, some time after <see cref="Applied"/>. A batch from long ago may come without having been applied here.
    /// </summary>
    void Index(AppliedBatch batch, IPostings postings)
    {
    }

    /// <summary>
    /// The state came as a snapshot, and <paramref name="last"/> is the batch that it is the state after: build what the next batch
    /// needs of this one. Called once, before all else; a settle follows, in which what is derived from the whole state may be built: reads do
    /// not wait for that.
    /// </summary>
    /// <param name="state">The ledger's own from now on: it disposes it.</param>
    void Restored(AppliedBatch last, StoreView state) => state.Dispose();

    /// <summary>Executed batches after <paramref name="to"/> are undone (leadership was lost); those sealed before this call were sealed for nothing.</summary>
    void RolledBack(BatchNumber to);

    /// <summary>
    /// Derived state (a trie) catches up with batches that were applied without executing them. Returns what differs from their
    /// records, on which the VN stops with an alert; null when all is equal.
    /// </summary>
    string? Settle();

    /// <summary>The client protocol, over what the worker offers; called once, before the first client.</summary>
    IClientProtocol Serve(LedgerServices services);
}

/// <summary>Makes a ledger from the settings that the constitution holds for it.</summary>
public interface ILedgerFactory
{
    /// <summary>The word by which a constitution names this ledger (<c>ethereum</c>, <c>keyvalue</c>).</summary>
    string Name { get; }

    /// <summary>Reads the settings (UTF-8 JSON); on error says which field is wrong and why.</summary>
    bool TryCreate(ReadOnlyMemory<byte> settings, out ILedger? ledger, out string? error);
}
