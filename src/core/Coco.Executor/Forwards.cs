using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Executor;

/// <summary>
/// What this VN took from its clients goes to the leader, and goes there again as long as it waits: a message may be lost, and a
/// leader, or its worker, may be gone before it has done anything about one. Between two sendings of a transaction twice as long passes each time.
/// </summary>
internal sealed class Forwards
{
    private readonly List<(AdmittedTransaction Transaction, int Times)> _next = [];
    private readonly Queue<(AdmittedTransaction Transaction, Tick Due)>[] _sent = new Queue<(AdmittedTransaction, Tick)>[Limits.ForwardIntervals];
    private readonly HashSet<Hash256> _repeated = [];
    private Tick? _lastMessage;

    public Forwards()
    {
        for (int i = 0; i < _sent.Length; i++) _sent[i] = new Queue<(AdmittedTransaction, Tick)>();
    }

    /// <summary>Goes with the next message.</summary>
    public void Add(AdmittedTransaction transaction) => _next.Add((transaction, 0));

    /// <summary>A new leader gets all that waits; what an old one did about it is not known.</summary>
    public void Restart(IReadOnlyList<AdmittedTransaction> waiting)
    {
        Clear();
        foreach (AdmittedTransaction transaction in waiting)
        {
            _next.Add((transaction, 0));
            _repeated.Add(transaction.Id);
        }
    }

    public void Clear()
    {
        _next.Clear();
        _repeated.Clear();
        foreach (Queue<(AdmittedTransaction, Tick)> queue in _sent) queue.Clear();
    }

    /// <summary>It was sent more than once, so a refusal may only say that the first sending was executed meanwhile.</summary>
    public bool IsRepeated(Hash256 id) => _repeated.Contains(id);

    /// <summary>
    /// Makes the messages that are due; false when what is due waits for more, since the last one left less than
    /// <paramref name="intervalMs"/> before.
    /// </summary>
    public bool TryFlush(Tick now, ulong intervalMs, ITransactionPool pool, ExecutorEffects effects)
    {
        for (int times = 0; times < _sent.Length; times++) TakeDue(times, now, pool);
        if (_next.Count == 0) return true;
        if (_lastMessage is { } last && now.Value < last.Value + intervalMs) return false;
        _lastMessage = now;
        for (int start = 0; start < _next.Count;)
        {
            var message = new AdmittedTransaction[CountOfOne(start)];
            for (int i = 0; i < message.Length; i++) message[i] = Send(_next[start + i], now);
            effects.Add(new ForwardEffect(message));
            start += message.Length;
        }
        _next.Clear();
        return true;
    }

    /// <summary>How many go into one message; at least one.</summary>
    private int CountOfOne(int start)
    {
        int count = 0;
        for (long bytes = 0; count < Limits.MaxForwarded && start + count < _next.Count; count++)
        {
            bytes += _next[start + count].Transaction.Request.Length;
            if (bytes > Limits.MaxForwardedBytes && count > 0) break;
        }
        return count;
    }

    private void TakeDue(int times, Tick now, ITransactionPool pool)
    {
        while (_sent[times].TryPeek(out (AdmittedTransaction Transaction, Tick Due) oldest) && oldest.Due <= now)
        {
            _sent[times].Dequeue();
            if (!pool.Contains(oldest.Transaction.Id))
            {
                _repeated.Remove(oldest.Transaction.Id);
                continue;
            }
            _next.Add((oldest.Transaction, Math.Min(times + 1, _sent.Length - 1)));
            _repeated.Add(oldest.Transaction.Id);
        }
    }

    private AdmittedTransaction Send((AdmittedTransaction Transaction, int Times) item, Tick now)
    {
        _sent[item.Times].Enqueue((item.Transaction, new Tick(now.Value + (Limits.ForwardAgainMs << item.Times))));
        return item.Transaction;
    }
}
