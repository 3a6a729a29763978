namespace Coco.Chaos;

/// <summary>
/// The calls and returns of operations in the order of their times, as a doubly linked list from which an operation is lifted and
/// to which it is put back. An operation without an answer has no return.
/// </summary>
internal sealed class EventList
{
    private const int None = -1;
    private readonly int[] _operation;
    private readonly bool[] _isCall;
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly int[] _call;
    private readonly int[] _return;
    private int _first;

    public EventList(HistoryOperation[] operations)
    {
        List<(long At, bool IsCall, int Operation)> events = [];
        for (int i = 0; i < operations.Length; i++)
        {
            events.Add((operations[i].Invoked, true, i));
            if (operations[i].Returned is { } returned) events.Add((returned, false, i));
        }
        // Of equal times calls come first: such operations overlap.
        events.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : b.IsCall.CompareTo(a.IsCall));
        (_operation, _isCall) = (new int[events.Count], new bool[events.Count]);
        (_next, _previous) = (new int[events.Count], new int[events.Count]);
        (_call, _return) = (new int[operations.Length], new int[operations.Length]);
        Array.Fill(_return, None);
        for (int i = 0; i < events.Count; i++)
        {
            (_operation[i], _isCall[i]) = (events[i].Operation, events[i].IsCall);
            (events[i].IsCall ? _call : _return)[events[i].Operation] = i;
            (_previous[i], _next[i]) = (i - 1, i + 1 < events.Count ? i + 1 : None);
            if (!events[i].IsCall) OpenReturns++;
        }
        _first = events.Count > 0 ? 0 : None;
    }

    /// <summary>Answered operations that are not lifted. While there is one, walking on from any event reaches a return.</summary>
    public int OpenReturns { get; private set; }

    public int First => _first;

    public int After(int at) => _next[at];

    public int OperationOf(int at) => _operation[at];

    public bool IsCall(int at) => _isCall[at];

    public int CallOf(int operation) => _call[operation];

    public void Lift(int operation)
    {
        Remove(_call[operation]);
        if (_return[operation] == None) return;
        Remove(_return[operation]);
        OpenReturns--;
    }

    /// <summary>Undoes the last <see cref="Lift"/> that was not undone.</summary>
    public void Unlift(int operation)
    {
        if (_return[operation] != None)
        {
            PutBack(_return[operation]);
            OpenReturns++;
        }
        PutBack(_call[operation]);
    }

    private void Remove(int at)
    {
        if (_previous[at] == None) _first = _next[at];
        else _next[_previous[at]] = _next[at];
        if (_next[at] != None) _previous[_next[at]] = _previous[at];
    }

    private void PutBack(int at)
    {
        if (_previous[at] == None) _first = at;
        else _next[_previous[at]] = at;
        if (_next[at] != None) _previous[_next[at]] = at;
    }
}
