using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.KeyValue;

/// <summary>First come, first served, shared between VNs; each id once.</summary>
internal sealed class KeyValuePool : ITransactionPool
{
    private readonly Dictionary<Hash256, Place> _byId = [];
    private readonly SortedSet<Place> _waiting = new(ByTurn.Instance);
    private readonly SortedSet<Place> _taken = new(ByTurn.Instance);
    private readonly FairOrder _order = new(Limits.MaxPool);

    public int Count => _byId.Count;

    public bool Contains(Hash256 id) => _byId.ContainsKey(id);

    public bool HasReady => _waiting.Count > 0;

    public PoolResult Add(AdmittedTransaction transaction, NodeId origin, IReadView head)
    {
        if (_byId.TryGetValue(transaction.Id, out Place? known))
        {
            known.IsOwn |= origin == NodeId.None;
            return new PoolResult(IsNext: true, null, null, IsKnown: true);
        }
        int slots = FairOrder.SlotsOf(transaction);
        if (!_order.HasRoom(origin, slots)) return Refused(KeyValueRefusals.PoolFull);
        if (ExecutedIds.Contains(head, transaction.Id)) return Refused(KeyValueRefusals.AlreadyExecuted);
        var place = new Place(transaction, _order.Enter(origin, slots), origin) { IsOwn = origin == NodeId.None };
        _byId.Add(transaction.Id, place);
        _waiting.Add(place);
        return new PoolResult(IsNext: true, null, null, IsKnown: false);
    }

    public void Take(int max, long maxBytes, IReadView head, List<AdmittedTransaction> batch)
    {
        for (int taken = 0; taken < max && _waiting.Min is { } place; taken++)
        {
            maxBytes -= place.Transaction.Request.Length;
            if (maxBytes < 0 && taken > 0) return;
            _waiting.Remove(place);
            _taken.Add(place);
            _order.Serve(place.Turn);
            batch.Add(place.Transaction);
        }
    }

    public void Return(IReadOnlyList<AdmittedTransaction> transactions, IReadView head)
    {
        for (int i = 0; i < transactions.Count; i++)
            if (_byId.TryGetValue(transactions[i].Id, out Place? place) && _taken.Remove(place)) _waiting.Add(place);
    }

    public void Committed(IReadOnlyList<Hash256> ids, IReadView committed, List<AdmittedTransaction> replaced)
    {
        for (int i = 0; i < ids.Count; i++) Remove(ids[i]);
    }

    public void Remove(Hash256 id)
    {
        if (!_byId.Remove(id, out Place? place)) return;
        if (!_waiting.Remove(place)) _taken.Remove(place);
        _order.Leave(place.Origin, FairOrder.SlotsOf(place.Transaction));
    }

    public void KeepOwn(IReadView head)
    {
        foreach (Place place in InOrderOfArrival())
        {
            if (!place.IsOwn) Remove(place.Transaction.Id);
            else if (_taken.Remove(place)) _waiting.Add(place);
        }
    }

    public void CopyOwn(List<AdmittedTransaction> into)
    {
        foreach (Place place in InOrderOfArrival())
            if (place.IsOwn) into.Add(place.Transaction);
    }

    private static PoolResult Refused(Refusal refusal) => new(IsNext: false, null, refusal, IsKnown: false);

    private List<Place> InOrderOfArrival()
    {
        List<Place> places = [.. _taken, .. _waiting];
        places.Sort(static (left, right) => left.Turn.Arrival.CompareTo(right.Turn.Arrival));
        return places;
    }

    /// <param name="Origin">The VN whose share it takes.</param>
    private sealed record Place(AdmittedTransaction Transaction, Turn Turn, NodeId Origin)
    {
        /// <summary>This VN took it from its client.</summary>
        public bool IsOwn { get; set; }
    }

    private sealed class ByTurn : IComparer<Place>
    {
        public static ByTurn Instance { get; } = new();

        public int Compare(Place? x, Place? y) => x!.Turn.CompareTo(y!.Turn);
    }
}
