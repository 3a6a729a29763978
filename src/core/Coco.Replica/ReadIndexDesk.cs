using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>Linearizable reads (CON-7): the leader's plug names an index, and the worker is told once all up to it was sent to it.</summary>
internal sealed class ReadIndexDesk(ReplicaContext context)
{
    private readonly Dictionary<ulong, Asker> _asked = [];
    private readonly List<(ulong Request, LogIndex Index)> _waiting = [];
    private ulong _last;

    /// <summary>The own worker (node none) or a follower.</summary>
    private readonly record struct Asker(NodeId Node, ulong Request);

    public void OnWorker(ulong request, Action<ConsensusInput> step)
    {
        if (!context.IsActive || _asked.Count + _waiting.Count >= Limits.MaxWaiting) Answer(request, false);
        else if (context.IsLeader) AskPlug(new Asker(NodeId.None, request), step);
        else if (context.Consensus.Status.Leader is { } leader) context.Send(leader, new ReadIndexAsk(request));
        else Answer(request, false);
    }

    public void OnFollower(NodeId from, ReadIndexAsk ask, Action<ConsensusInput> step)
    {
        if (context.IsActive && context.IsLeader && _asked.Count < Limits.MaxWaiting) AskPlug(new Asker(from, ask.Request), step);
        else context.Send(from, new ReadIndexGive(ask.Request, null));
    }

    public void OnGive(ReadIndexGive give)
    {
        if (give.Index is { } index && _waiting.Count < Limits.MaxWaiting) _waiting.Add((give.Request, index));
        else Answer(give.Request, false);
    }

    public void OnPlug(ReadIndexEffect effect)
    {
        if (!_asked.Remove(effect.Request, out Asker asker)) return;
        if (asker.Node != NodeId.None) context.Send(asker.Node, new ReadIndexGive(asker.Request, effect.Index));
        else if (effect.Index is { } index) _waiting.Add((asker.Request, index));
        else Answer(asker.Request, false);
    }

    /// <summary>Answers those whose index was sent to the worker.</summary>
    public void Release(bool isWorkerLive)
    {
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            if (isWorkerLive && _waiting[i].Index > context.Tail.Processed) continue;
            Answer(_waiting[i].Request, isWorkerLive);
            _waiting.RemoveAt(i);
        }
    }

    private void AskPlug(Asker asker, Action<ConsensusInput> step)
    {
        _asked.Add(++_last, asker);
        step(new ReadIndexInput(_last));
    }

    private void Answer(ulong request, bool isKnown) => context.Effects.Add(new ReadIndexAnswerEffect(request, isKnown));
}
