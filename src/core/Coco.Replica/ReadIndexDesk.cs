using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Replica;

/// <summary>
/// Linearizable reads (CON-7): the leader's plug names an index, and the worker is told once all up to it was sent to it. One round
/// at a time is under way for this VN; what is asked meanwhile waits for the next (Ongaro's thesis, section 6.4). A round that
/// gets no answer, since a message or the leader was lost, is asked again.
/// </summary>
internal sealed class ReadIndexDesk(ReplicaContext context)
{
    private readonly Dictionary<ulong, Asker> _asked = [];
    private readonly List<Question> _gathering = [];
    private readonly List<Question> _round = [];
    private readonly List<(ulong Request, LogIndex Index)> _waiting = [];
    private ulong _last;
    private ulong _roundNumber;
    private ulong _roundAt;

    /// <summary>This VN (node none) or a follower, and the number of its round.</summary>
    private readonly record struct Asker(NodeId Node, ulong Round);

    /// <summary>The worker's question, and the tick at which it came.</summary>
    private readonly record struct Question(ulong Request, ulong At);

    public void OnWorker(ulong request, Action<ConsensusInput> step)
    {
        if (!context.IsActive || _gathering.Count + _round.Count + _waiting.Count >= Limits.MaxWaiting)
        {
            Answer(request, false);
            return;
        }
        _gathering.Add(new Question(request, context.Now));
        if (_round.Count == 0) Begin(step);
    }

    public void OnFollower(NodeId from, ReadIndexAsk ask, Action<ConsensusInput> step)
    {
        if (context.IsActive && context.IsLeader && _asked.Count < Limits.MaxWaiting) AskPlug(new Asker(from, ask.Request), step);
        else context.Send(from, new ReadIndexGive(ask.Request, null));
    }

    public void OnGive(ReadIndexGive give, Action<ConsensusInput> step) => Settle(give.Request, give.Index, step);

    public void OnPlug(ReadIndexEffect effect, Action<ConsensusInput> step)
    {
        if (!_asked.Remove(effect.Request, out Asker asker)) return;
        if (asker.Node != NodeId.None) context.Send(asker.Node, new ReadIndexGive(asker.Round, effect.Index));
        else Settle(asker.Round, effect.Index, step);
    }

    /// <summary>Asks again what got no answer, and gives up what waits for too long.</summary>
    public void OnTick(Action<ConsensusInput> step)
    {
        Expire(_round);
        Expire(_gathering);
        if (_round.Count + _gathering.Count > 0 && (_round.Count == 0 || context.Now - _roundAt >= Limits.ReadIndexRetryTicks)) Begin(step);
    }

    /// <summary>Its questions went with it: the next worker may use their numbers again.</summary>
    public void OnWorkerGone()
    {
        _gathering.Clear();
        _round.Clear();
        _waiting.Clear();
        _roundNumber++;
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

    /// <summary>A new number each time: an index given to an earlier round may be too old for what has joined since.</summary>
    private void Begin(Action<ConsensusInput> step)
    {
        _round.AddRange(_gathering);
        _gathering.Clear();
        _roundNumber++;
        _roundAt = context.Now;
        if (context.IsLeader) AskPlug(new Asker(NodeId.None, _roundNumber), step);
        else if (context.Consensus.Status.Leader is { } leader) context.Send(leader, new ReadIndexAsk(_roundNumber));
    }

    /// <summary>Without an index the leader could not say now: the round is asked again after a while.</summary>
    private void Settle(ulong round, LogIndex? index, Action<ConsensusInput> step)
    {
        if (round != _roundNumber || index is not { } known || _round.Count == 0) return;
        foreach (Question question in _round) _waiting.Add((question.Request, known));
        _round.Clear();
        if (_gathering.Count > 0) Begin(step);
    }

    private void Expire(List<Question> questions)
    {
        int late = 0;
        while (late < questions.Count && context.Now - questions[late].At >= Limits.ReadIndexTicks) Answer(questions[late++].Request, false);
        questions.RemoveRange(0, late);
    }

    private void AskPlug(Asker asker, Action<ConsensusInput> step)
    {
        _asked.Add(++_last, asker);
        step(new ReadIndexInput(_last));
    }

    private void Answer(ulong request, bool isKnown) => context.Effects.Add(new ReadIndexAnswerEffect(request, isKnown));
}
