namespace Coco.Manager.Peers;

/// <summary>
/// Callers that have not shown yet who they are, by the ends of their patience. Where there are too many the oldest goes: who means it is done
/// within milliseconds, so callers that say nothing do not keep others out. Any thread.
/// </summary>
internal sealed class PendingHandshakes(int most)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<CancellationTokenSource> _oldestFirst = [];

    public int Count
    {
        get
        {
            lock (_gate) return _oldestFirst.Count;
        }
    }

    /// <summary>Given back by <see cref="Leave"/> before it is disposed of.</summary>
    public void Enter(CancellationTokenSource deadline)
    {
        lock (_gate)
        {
            _oldestFirst.AddLast(deadline);
            if (_oldestFirst.Count <= most) return;
            CancellationTokenSource oldest = _oldestFirst.First!.Value;
            _oldestFirst.RemoveFirst();
            // Without waiting for what it ends, and while its owner cannot have disposed of it.
            oldest.CancelAfter(TimeSpan.Zero);
        }
    }

    /// <summary>It is over, or was ended before.</summary>
    public void Leave(CancellationTokenSource deadline)
    {
        lock (_gate) _oldestFirst.Remove(deadline);
    }
}
