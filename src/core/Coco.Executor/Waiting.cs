using Coco.Ledgers;
using Coco.Primitives;

namespace Coco.Executor;

/// <summary>The clients that wait for a commit, by transaction; each is answered once.</summary>
internal sealed class Waiting
{
    private readonly Dictionary<Hash256, List<ulong>> _tickets = [];
    private readonly Queue<(Hash256 Id, Tick Deadline)> _deadlines = new();

    public bool Contains(Hash256 id) => _tickets.ContainsKey(id);

    /// <summary>False when no more may wait; the client is then answered as held.</summary>
    public bool TryAdd(Hash256 id, ulong ticket, Tick deadline)
    {
        if (_tickets.TryGetValue(id, out List<ulong>? tickets))
        {
            if (tickets.Count >= Limits.MaxTicketsPerTransaction) return false;
            tickets.Add(ticket);
            return true;
        }
        if (_tickets.Count >= Limits.MaxWaiting) return false;
        _tickets.Add(id, [ticket]);
        _deadlines.Enqueue((id, deadline));
        return true;
    }

    public void Complete(Hash256 id, Submission submission, ExecutorEffects effects)
    {
        if (!_tickets.Remove(id, out List<ulong>? tickets)) return;
        foreach (ulong ticket in tickets) effects.Add(new CompleteEffect(ticket, submission));
    }

    /// <summary>Answers those whose time is over as held.</summary>
    public void Expire(Tick now, ExecutorEffects effects)
    {
        while (_deadlines.TryPeek(out (Hash256 Id, Tick Deadline) first) && first.Deadline <= now)
        {
            _deadlines.Dequeue();
            Complete(first.Id, new Submission(SubmissionState.Held, null), effects);
        }
    }
}
