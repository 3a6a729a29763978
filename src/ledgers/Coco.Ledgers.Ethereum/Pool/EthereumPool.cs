using Coco.Evm;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// Waiting transactions: within a sender by nonce, across senders by turn: by arrival, and shared between VNs. A replacement pays at least a tenth more, as in
/// geth. Pure and deterministic; see <see cref="PoolLimits"/>.
/// </summary>
public sealed class EthereumPool : ITransactionPool
{
    private readonly Dictionary<Hash256, PoolEntry> _byId = [];
    private readonly Dictionary<Address, SenderQueue> _bySender = [];
    private readonly List<SenderQueue> _senders = [];

    /// <summary>Senders whose next transaction can be executed, by its turn. Stale items are passed over when they come up.</summary>
    private readonly PriorityQueue<SenderQueue, Turn> _ready = new();

    /// <summary>Stale items in it that are left there.</summary>
    private const int StaleReady = 1024;
    private readonly FairOrder _order = new(PoolLimits.Transactions);
    private int _sweep;

    public int Count => _byId.Count;

    /// <summary>Items in the heap of senders, stale ones among them: what it holds of memory.</summary>
    public int Ready => _ready.Count;

    public bool Contains(Hash256 id) => _byId.ContainsKey(id);

    public bool HasReady
    {
        get
        {
            DropStale();
            return _ready.Count > 0;
        }
    }

    public PoolResult Add(AdmittedTransaction transaction, NodeId origin, IReadView head)
    {
        var admitted = (AdmittedEthereumTransaction)transaction;
        if (_byId.TryGetValue(transaction.Id, out PoolEntry? known))
        {
            known.IsOwn |= origin == NodeId.None;
            SenderQueue its = _bySender[known.Transaction.Sender];
            return new PoolResult(its.IsNext(its.Find(known.Nonce, out _)), null, null, true);
        }
        SenderQueue queue = QueueOf(admitted.Sender, head);
        int place = queue.Find(admitted.Evm.Nonce, out bool isThere);
        PoolResult result = isThere ? Replace(queue, place, admitted, origin) : Insert(queue, place, admitted, origin);
        if (queue.Entries.Count == 0) Remove(queue);
        return result;
    }

    public void Take(int max, long maxBytes, IReadView head, List<AdmittedTransaction> batch)
    {
        for (int taken = 0; taken < max && HasReady; taken++)
        {
            SenderQueue queue = _ready.Peek();
            PoolEntry entry = queue.Next()!;
            maxBytes -= entry.Transaction.Request.Length;
            if (maxBytes < 0 && taken > 0) return;
            _ready.Dequeue();
            queue.ReadyAs = -1;
            entry.IsTaken = true;
            _order.Serve(entry.Turn);
            batch.Add(entry.Transaction);
            MakeReady(queue);
        }
    }

    public void Return(IReadOnlyList<AdmittedTransaction> transactions, IReadView head)
    {
        for (int i = 0; i < transactions.Count; i++)
            if (_byId.TryGetValue(transactions[i].Id, out PoolEntry? entry)) entry.IsTaken = false;
        for (int i = 0; i < transactions.Count; i++)
        {
            if (!_bySender.TryGetValue(((AdmittedEthereumTransaction)transactions[i]).Sender, out SenderQueue? queue)) continue;
            queue.StateNonce = NonceOf(queue.Sender, head);
            MakeReady(queue);
        }
    }

    public void Committed(IReadOnlyList<Hash256> ids, IReadView committed, List<AdmittedTransaction> replaced)
    {
        for (int i = 0; i < ids.Count; i++)
        {
            if (!_byId.TryGetValue(ids[i], out PoolEntry? entry)) continue;
            SenderQueue queue = _bySender[entry.Transaction.Sender];
            Forget(entry);
            queue.Entries.Remove(entry);
            DropImpossible(queue, committed, replaced);
        }
        for (int i = 0; i < PoolLimits.SendersSweptPerCommit && _senders.Count > 0; i++)
            DropImpossible(_senders[_sweep++ % _senders.Count], committed, replaced);
        if (_sweep > 1 << 20) _sweep = 0;
    }

    public void Remove(Hash256 id)
    {
        if (!_byId.TryGetValue(id, out PoolEntry? entry)) return;
        Forget(entry);
        SenderQueue queue = _bySender[entry.Transaction.Sender];
        queue.Entries.Remove(entry);
        if (queue.Entries.Count == 0) Remove(queue);
        else MakeReady(queue);
    }

    public void KeepOwn(IReadView head)
    {
        _ready.Clear();
        for (int i = _senders.Count - 1; i >= 0; i--)
        {
            SenderQueue queue = _senders[i];
            queue.ReadyAs = -1;
            for (int j = queue.Entries.Count - 1; j >= 0; j--)
            {
                PoolEntry entry = queue.Entries[j];
                entry.IsTaken = false;
                if (entry.IsOwn) continue;
                Forget(entry);
                queue.Entries.RemoveAt(j);
            }
            if (queue.Entries.Count == 0) Remove(queue);
        }
        foreach (SenderQueue queue in _senders)
        {
            queue.StateNonce = NonceOf(queue.Sender, head);
            MakeReady(queue);
        }
    }

    public void CopyOwn(List<AdmittedTransaction> into)
    {
        var own = new List<(long Arrival, PoolEntry Entry)>();
        foreach (SenderQueue queue in _senders)
        {
            // A transaction counts as arriving no earlier than its sender's ones before it, so that nonces stay in order.
            long latest = 0;
            foreach (PoolEntry entry in queue.Entries)
                if (entry.IsOwn) own.Add((latest = Math.Max(latest, entry.Turn.Arrival), entry));
        }
        own.Sort(static (a, b) => a.Arrival != b.Arrival ? a.Arrival.CompareTo(b.Arrival) : a.Entry.Nonce.CompareTo(b.Entry.Nonce));
        foreach ((_, PoolEntry entry) in own) into.Add(entry.Transaction);
    }

    /// <summary>All that waits, by sender and nonce; the flag says whether it could be executed now. For txpool_* methods.</summary>
    public IEnumerable<(AdmittedEthereumTransaction Transaction, bool IsPending)> Contents()
    {
        foreach (SenderQueue queue in _senders)
            for (int i = 0; i < queue.Entries.Count; i++) yield return (queue.Entries[i].Transaction, queue.IsNext(i));
    }

    /// <summary>A waiting transaction by its hash.</summary>
    public AdmittedEthereumTransaction? Find(Hash256 id) => _byId.TryGetValue(id, out PoolEntry? entry) ? entry.Transaction : null;

    /// <summary>The nonce after all that waits without a gap; null if nothing of this sender does.</summary>
    public ulong? NextNonce(in Address sender)
    {
        if (!_bySender.TryGetValue(sender, out SenderQueue? queue)) return null;
        int place = 0;
        while (place < queue.Entries.Count && queue.IsNext(place)) place++;
        return place == 0 ? null : queue.Entries[place - 1].Nonce + 1;
    }

    private PoolResult Insert(SenderQueue queue, int place, AdmittedEthereumTransaction admitted, NodeId origin)
    {
        ulong first = queue.FirstNonce;
        if (admitted.Evm.Nonce < first) return Refuse(Refusals.NonceTooLow(first, admitted.Evm.Nonce));
        if (queue.Entries.Count >= PoolLimits.OfOneSender) return Refuse(Refusals.SenderHasTooMany);
        int slots = FairOrder.SlotsOf(admitted);
        if (!_order.HasRoom(origin, slots)) return Refuse(Refusals.PoolIsFull);
        var entry = new PoolEntry(admitted, _order.Enter(origin, slots), origin);
        _byId.Add(admitted.Id, entry);
        queue.Entries.Insert(place, entry);
        MakeReady(queue);
        return new PoolResult(queue.IsNext(place), null, null, false);
    }

    private PoolResult Replace(SenderQueue queue, int place, AdmittedEthereumTransaction admitted, NodeId origin)
    {
        PoolEntry old = queue.Entries[place];
        if (old.IsTaken || !PaysMore(admitted.Transaction, old.Transaction.Transaction)) return Refuse(Refusals.ReplacementUnderpriced);
        int more = FairOrder.SlotsOf(admitted) - FairOrder.SlotsOf(old.Transaction);
        if (more > 0 && !_order.HasRoom(old.Origin, more)) return Refuse(Refusals.PoolIsFull);
        _order.Grow(old.Origin, more);
        _byId.Remove(old.Transaction.Id);
        var entry = new PoolEntry(admitted, old.Turn, old.Origin) { IsOwn = origin == NodeId.None };
        _byId.Add(admitted.Id, entry);
        queue.Entries[place] = entry;
        return new PoolResult(queue.IsNext(place), old.Transaction, null, false);
    }

    private static bool PaysMore(EthereumTransaction next, EthereumTransaction old) =>
        PaysMore(next.MaxFeePerGas, old.MaxFeePerGas) && PaysMore(next.MaxPriorityFeePerGas, old.MaxPriorityFeePerGas);

    private static bool PaysMore(in UInt256 next, in UInt256 old) =>
        next > old && old <= UInt256.MaxValue / 100 && next >= old * (100 + PoolLimits.PriceBumpPercent) / 100;

    private void Forget(PoolEntry entry)
    {
        _byId.Remove(entry.Transaction.Id);
        _order.Leave(entry.Origin, FairOrder.SlotsOf(entry.Transaction));
    }

    private static PoolResult Refuse(Refusal refusal) => new(false, null, refusal, false);

    private SenderQueue QueueOf(in Address sender, IReadView head)
    {
        if (!_bySender.TryGetValue(sender, out SenderQueue? queue))
        {
            queue = new SenderQueue(sender) { Place = _senders.Count };
            _bySender.Add(sender, queue);
            _senders.Add(queue);
        }
        queue.StateNonce = NonceOf(sender, head);
        return queue;
    }

    private void Remove(SenderQueue queue)
    {
        _bySender.Remove(queue.Sender);
        SenderQueue last = _senders[^1];
        last.Place = queue.Place;
        _senders[queue.Place] = last;
        _senders.RemoveAt(_senders.Count - 1);
        queue.ReadyAs = -1;
    }

    /// <summary>Drops what the committed nonce has passed.</summary>
    private void DropImpossible(SenderQueue queue, IReadView committed, List<AdmittedTransaction> replaced)
    {
        ulong nonce = NonceOf(queue.Sender, committed);
        int passed = 0;
        while (passed < queue.Entries.Count && queue.Entries[passed].Nonce < nonce)
        {
            PoolEntry entry = queue.Entries[passed++];
            Forget(entry);
            replaced.Add(entry.Transaction);
        }
        queue.Entries.RemoveRange(0, passed);
        if (nonce > queue.StateNonce) queue.StateNonce = nonce;
        if (queue.Entries.Count > 0) MakeReady(queue);
        else if (_bySender.TryGetValue(queue.Sender, out SenderQueue? held) && ReferenceEquals(held, queue)) Remove(queue);
    }

    private void MakeReady(SenderQueue queue)
    {
        PoolEntry? next = queue.Next();
        long arrival = next?.Turn.Arrival ?? -1;
        if (arrival == queue.ReadyAs) return;
        queue.ReadyAs = arrival;
        if (next is null) return;
        if (_ready.Count > StaleReady + (2 * _senders.Count)) DropAllStale();
        _ready.Enqueue(queue, next.Turn);
    }

    /// <summary>On a follower nothing is taken, so that nothing stale comes up.</summary>
    private void DropAllStale()
    {
        (SenderQueue Queue, Turn Turn)[] kept = [.. _ready.UnorderedItems.Where(static item => item.Element.ReadyAs == item.Priority.Arrival)];
        _ready.Clear();
        _ready.EnqueueRange(kept);
    }

    private void DropStale()
    {
        while (_ready.TryPeek(out SenderQueue? queue, out Turn turn) && (queue.ReadyAs != turn.Arrival || queue.Next() is null))
        {
            if (queue.ReadyAs == turn.Arrival) queue.ReadyAs = -1;
            _ready.Dequeue();
        }
    }

    private static ulong NonceOf(in Address sender, IReadView view) =>
        AccountRecord.TryGet(view, sender, out AccountRecord account) ? account.Nonce : 0;
}
