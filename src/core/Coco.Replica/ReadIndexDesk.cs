using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>Linearizable reads (CON-7): the leader's plug names an index, and the worker is told once all up to it was sent to it.</summary>
internal sealed class ReadIndexDesk(ReplicaContext context)
{
    private readonly Dictionary<ulong, Asker> _asked = [];
    private readonly SortedDictionary<ulong, (ulong Request, ulong At)> _own = [];
    private readonly List<(ulong Request, LogIndex Index)> _waiting = [];
    private ulong _last;
    private ulong _lastOwn;

    /// <summary>This VN (node none) or a follower, and the number under which it asked.</summary>
    private readonly record struct Asker(NodeId Node, ulong Number);

    /// <summary>
    /// The worker's question gets a number of this manager: another worker may use the same request again, and must not get the answer
    /// to an earlier question, which may be too old for it.
    /// </summary>
    public void OnWorker(ulong request, Action<ConsensusInput> step)
    {
        if (!context.IsActive || _own.Count + _waiting.Count >= Limits.MaxWaiting)
        {
            Answer(request, false);
            return;
        }
        ulong number = ++_lastOwn;
        _own.Add(number, (request, context.Now));
        if (context.IsLeader) AskPlug(new Asker(NodeId.None, number), step);
        else if (context.Consensus.Status.Leader is { } leader) context.Send(leader, new ReadIndexAsk(number));
        else Settle(number, null);
    }

    public void OnFollower(NodeId from, ReadIndexAsk ask, Action<ConsensusInput> step)
    {
        if (context.IsActive && context.IsLeader && _asked.Count < Limits.MaxWaiting) AskPlug(new Asker(from, ask.Request), step);
        else context.Send(from, new ReadIndexGive(ask.Request, null));
    }

    public void OnGive(ReadIndexGive give) => Settle(give.Request, give.Index);

    public void OnPlug(ReadIndexEffect effect)
    {
        if (!_asked.Remove(effect.Request, out Asker asker)) return;
        if (asker.Node != NodeId.None) context.Send(asker.Node, new ReadIndexGive(asker.Number, effect.Index));
        else Settle(asker.Number, effect.Index);
    }

    /// <summary>What the leader did not answer in time it won't answer.</summary>
    public void OnTick()
    {
        while (_own.Count > 0)
        {
            (ulong number, (_, ulong at)) = _own.First();
            if (context.Now - at < Limits.ReadIndexTicks) return;
            Settle(number, null);
        }
    }

    /// <summary>Its questions went with it.</summary>
    public void OnWorkerGone()
    {
        _own.Clear();
        _waiting.Clear();
    }

    /// <summary>Answers those whose index was sent to the worker.</summary>
    public void Release()
    {
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            if (_waiting[i].Index > context.Tail.Processed) continue;
            Answer(_waiting[i].Request, true);
            _waiting.RemoveAt(i);
        }
    }

    private void Settle(ulong number, LogIndex? index)
    {
        if (!_own.Remove(number, out var own)) return;
        if (index is { } known) _waiting.Add((own.Request, known));
        else Answer(own.Request, false);
    }

    private void AskPlug(Asker asker, Action<ConsensusInput> step)
    {
        _asked.Add(++_last, asker);
        step(new ReadIndexInput(_last));
    }

    private void Answer(ulong request, bool isKnown) => context.Effects.Add(new ReadIndexAnswerEffect(request, isKnown));
}
