using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.KeyValue;

/// <summary>First come, first served; each id once.</summary>
internal sealed class KeyValuePool : ITransactionPool
{
    private readonly Dictionary<Hash256, Place> _byId = [];
    private readonly LinkedList<Place> _waiting = new();
    private readonly LinkedList<Place> _taken = new();
    private ulong _arrivals;

    public int Count => _byId.Count;

    public bool Contains(Hash256 id) => _byId.ContainsKey(id);

    public bool HasReady => _waiting.Count > 0;

    public PoolResult Add(AdmittedTransaction transaction, bool isOwn, IReadView head)
    {
        if (_byId.TryGetValue(transaction.Id, out Place? known))
        {
            known.IsOwn |= isOwn;
            return new PoolResult(IsNext: true, null, null, IsKnown: true);
        }
        if (_byId.Count >= Limits.MaxPool) return Refused(KeyValueRefusals.PoolFull);
        if (ExecutedIds.Contains(head, transaction.Id)) return Refused(KeyValueRefusals.AlreadyExecuted);
        var place = new Place(transaction, _arrivals++) { IsOwn = isOwn };
        _byId.Add(transaction.Id, place);
        _waiting.AddLast(place.Node);
        return new PoolResult(IsNext: true, null, null, IsKnown: false);
    }

    public void Take(int max, IReadView head, List<AdmittedTransaction> batch)
    {
        for (; max > 0 && _waiting.First is { } node; max--)
        {
            _waiting.Remove(node);
            _taken.AddLast(node);
            batch.Add(node.Value.Transaction);
        }
    }

    public void Return(IReadOnlyList<AdmittedTransaction> transactions, IReadView head)
    {
        for (int i = transactions.Count - 1; i >= 0; i--)
            if (_byId.TryGetValue(transactions[i].Id, out Place? place) && place.Node.List == _taken) WaitAgain(place);
    }

    public void Committed(IReadOnlyList<Hash256> ids, IReadView committed, List<AdmittedTransaction> replaced)
    {
        for (int i = 0; i < ids.Count; i++) Remove(ids[i]);
    }

    public void Remove(Hash256 id)
    {
        if (_byId.Remove(id, out Place? place)) place.Node.List!.Remove(place.Node);
    }

    public void KeepOwn(IReadView head)
    {
        List<Place> places = InOrderOfArrival();
        _waiting.Clear();
        _taken.Clear();
        foreach (Place place in places)
        {
            if (place.IsOwn) _waiting.AddLast(place.Node);
            else _byId.Remove(place.Transaction.Id);
        }
    }

    public void CopyOwn(List<AdmittedTransaction> into)
    {
        foreach (Place place in InOrderOfArrival())
            if (place.IsOwn) into.Add(place.Transaction);
    }

    private static PoolResult Refused(Refusal refusal) => new(IsNext: false, null, refusal, IsKnown: false);

    /// <summary>To its place by arrival, which is near the front: what was taken came before what waits.</summary>
    private void WaitAgain(Place place)
    {
        _taken.Remove(place.Node);
        LinkedListNode<Place>? before = _waiting.First;
        while (before is not null && before.Value.Arrival < place.Arrival) before = before.Next;
        if (before is null) _waiting.AddLast(place.Node);
        else _waiting.AddBefore(before, place.Node);
    }

    private List<Place> InOrderOfArrival()
    {
        List<Place> places = [.. _taken, .. _waiting];
        places.Sort(static (left, right) => left.Arrival.CompareTo(right.Arrival));
        return places;
    }

    private sealed class Place
    {
        public Place(AdmittedTransaction transaction, ulong arrival)
        {
            Transaction = transaction;
            Arrival = arrival;
            Node = new LinkedListNode<Place>(this);
        }

        public AdmittedTransaction Transaction { get; }
        public ulong Arrival { get; }
        public LinkedListNode<Place> Node { get; }

        /// <summary>This VN took it from its client.</summary>
        public bool IsOwn { get; set; }
    }
}
