using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Executor;

/// <summary>
/// What this VN took from its clients goes to the leader, which answers each message. A message may be lost, and a leader, or its worker, may be
/// gone before it has done anything about one: so a leader is asked whether it still has what waits, and what it lacks goes there again. Between two
/// such questions about a transaction twice as long passes each time. Consensus, and all that the leader's worker does, waits behind what is
/// on the way there: no more goes than the leader takes.
/// </summary>
internal sealed class Forwards
{
    private readonly Queue<(AdmittedTransaction Transaction, bool IsAgain)> _next = new();
    private readonly Queue<(AdmittedTransaction Transaction, int Times)> _due = new();
    private readonly Queue<(AdmittedTransaction Transaction, Tick Due)>[] _sent = new Queue<(AdmittedTransaction, Tick)>[Limits.ForwardIntervals];
    private readonly Dictionary<Hash256, AdmittedTransaction> _asked = [];
    private readonly HashSet<Hash256> _repeated = [];
    private readonly Queue<(long Bytes, Tick Until)> _onTheWay = new();
    private long _bytesOnTheWay;
    private Tick? _lastMessage;

    public Forwards()
    {
        for (int i = 0; i < _sent.Length; i++) _sent[i] = new Queue<(AdmittedTransaction, Tick)>();
    }

    private bool HasRoom => _bytesOnTheWay < Limits.MaxForwardedOnTheWay;

    /// <summary>Goes with the next message.</summary>
    public void Add(AdmittedTransaction transaction) => _next.Enqueue((transaction, false));

    /// <summary>A new leader gets all that waits; what an old one did about it is not known.</summary>
    public void Restart(IReadOnlyList<AdmittedTransaction> waiting)
    {
        Clear();
        foreach (AdmittedTransaction transaction in waiting)
        {
            Add(transaction);
            _repeated.Add(transaction.Id);
        }
    }

    public void Clear()
    {
        _next.Clear();
        _due.Clear();
        _asked.Clear();
        _repeated.Clear();
        _onTheWay.Clear();
        _bytesOnTheWay = 0;
        foreach (Queue<(AdmittedTransaction, Tick)> queue in _sent) queue.Clear();
    }

    /// <summary>It was sent more than once, so a refusal may only say that the first sending was executed meanwhile.</summary>
    public bool IsRepeated(Hash256 id) => _repeated.Contains(id);

    /// <summary>The leader has taken the oldest message that is on the way, and lacks these of those that it was asked about.</summary>
    public void OnAnswer(IReadOnlyList<Hash256> wanted)
    {
        if (_onTheWay.TryDequeue(out (long Bytes, Tick Until) message)) _bytesOnTheWay -= message.Bytes;
        foreach (Hash256 id in wanted)
        {
            if (!_asked.Remove(id, out AdmittedTransaction? transaction)) continue;
            _next.Enqueue((transaction, true));
            _repeated.Add(id);
        }
    }

    /// <summary>
    /// Makes the messages that are due and for which there is room; false when what is due waits for more, since the last one left less than
    /// <paramref name="intervalMs"/> before.
    /// </summary>
    public bool TryFlush(Tick now, ulong intervalMs, ITransactionPool pool, ExecutorEffects effects)
    {
        for (int times = 0; times < _sent.Length; times++) TakeDue(times, now, pool);
        while (_onTheWay.TryPeek(out (long Bytes, Tick Until) lost) && lost.Until <= now) _bytesOnTheWay -= _onTheWay.Dequeue().Bytes;
        if (!HasRoom || (_next.Count == 0 && _due.Count == 0)) return true;
        if (_lastMessage is { } last && now.Value < last.Value + intervalMs) return false;
        _lastMessage = now;
        while (HasRoom && (_next.Count > 0 || _due.Count > 0)) Send(now, pool, effects);
        return true;
    }

    private void TakeDue(int times, Tick now, ITransactionPool pool)
    {
        while (_sent[times].TryPeek(out (AdmittedTransaction Transaction, Tick Due) oldest) && oldest.Due <= now)
        {
            _sent[times].Dequeue();
            _asked.Remove(oldest.Transaction.Id);
            if (pool.Contains(oldest.Transaction.Id)) _due.Enqueue((oldest.Transaction, Math.Min(times + 1, _sent.Length - 1)));
            else _repeated.Remove(oldest.Transaction.Id);
        }
    }

    private void Send(Tick now, ITransactionPool pool, ExecutorEffects effects)
    {
        var transactions = new List<AdmittedTransaction>(Math.Min(_next.Count, Limits.MaxForwarded));
        long bytes = TakeNext(now, pool, transactions);
        var asked = new List<Hash256>(Math.Min(_due.Count, Limits.MaxForwarded - transactions.Count));
        while (asked.Count + transactions.Count < Limits.MaxForwarded && _due.TryDequeue(out (AdmittedTransaction Transaction, int Times) due))
        {
            asked.Add(due.Transaction.Id);
            _asked[due.Transaction.Id] = due.Transaction;
            Remember(due.Transaction, due.Times, now);
        }
        if (transactions.Count + asked.Count == 0) return;
        bytes += (long)asked.Count * Hash256.Size;
        _onTheWay.Enqueue((bytes, new Tick(now.Value + Limits.ForwardAgainMs)));
        _bytesOnTheWay += bytes;
        effects.Add(new ForwardEffect(transactions, asked));
    }

    /// <summary>What goes into one message, at least one; not what was committed or refused while it waited. Gives the bytes of the requests.</summary>
    private long TakeNext(Tick now, ITransactionPool pool, List<AdmittedTransaction> transactions)
    {
        long bytes = 0;
        while (transactions.Count < Limits.MaxForwarded && _next.TryPeek(out (AdmittedTransaction Transaction, bool IsAgain) next))
        {
            long more = next.Transaction.Request.Length;
            if (transactions.Count > 0 && bytes + more > Limits.MaxForwardedBytes) break;
            _next.Dequeue();
            if (!pool.Contains(next.Transaction.Id)) continue;
            transactions.Add(next.Transaction);
            bytes += more;
            if (!next.IsAgain) Remember(next.Transaction, 0, now);
        }
        return bytes;
    }

    private void Remember(AdmittedTransaction transaction, int times, Tick now) =>
        _sent[times].Enqueue((transaction, new Tick(now.Value + (Limits.ForwardAgainMs << times))));
}
