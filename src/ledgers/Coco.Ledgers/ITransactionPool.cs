using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers;

/// <summary>
/// Transactions that wait, in the ledger's own order; pure, used by the executor alone. A VN's pool holds what it took itself
/// (until committed or replaced, so that it can be sent again to a new leader) and, on the leader, what others forwarded.
/// </summary>
public interface ITransactionPool
{
    int Count { get; }

    /// <summary>Whether it still waits, or is in a batch that is not committed yet.</summary>
    bool Contains(Hash256 id);

    /// <summary>
    /// Takes a transaction in, from the clients of <paramref name="origin"/> (<see cref="NodeId.None"/>: this VN's own);
    /// <paramref name="head"/> is the state that the next batch will run on. VNs share the pool by <see cref="FairOrder"/>.
    /// </summary>
    PoolResult Add(AdmittedTransaction transaction, NodeId origin, IReadView head);

    /// <summary>
    /// Moves up to <paramref name="max"/> transactions that can be executed now, in order, to <paramref name="batch"/>; they count as taken.
    /// Their requests have <paramref name="maxBytes"/> together at most, unless the first alone has more.
    /// </summary>
    void Take(int max, long maxBytes, IReadView head, List<AdmittedTransaction> batch);

    /// <summary>Taken transactions were not executed, or their batch was rolled back: they wait again. <paramref name="head"/> is the state now.</summary>
    void Return(IReadOnlyList<AdmittedTransaction> transactions, IReadView head);

    /// <summary>A batch is committed: its transactions and those that it made impossible leave, the latter to <paramref name="replaced"/>.</summary>
    void Committed(IReadOnlyList<Hash256> ids, IReadView committed, List<AdmittedTransaction> replaced);

    /// <summary>Removes one transaction that was refused in execution.</summary>
    void Remove(Hash256 id);

    /// <summary>Leadership was lost: what others forwarded leaves, own transactions all wait again.</summary>
    void KeepOwn(IReadView head);

    /// <summary>Whether <see cref="Take"/> would find something.</summary>
    bool HasReady { get; }

    /// <summary>All own transactions in order, for sending them to a new leader.</summary>
    void CopyOwn(List<AdmittedTransaction> into);
}

/// <param name="IsNext">It can be executed by the next batch (for Ethereum: no nonce gap before it).</param>
/// <param name="Replaced">A waiting transaction that this one took the place of.</param>
/// <param name="Refusal">Why it was not taken in; null when it was.</param>
/// <param name="IsKnown">It was in the pool already; nothing changed.</param>
public readonly record struct PoolResult(bool IsNext, AdmittedTransaction? Replaced, Refusal? Refusal, bool IsKnown);
