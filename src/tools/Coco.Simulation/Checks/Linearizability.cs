using Coco.Ledgers.KeyValue;
using Coco.Simulation.Clients;

namespace Coco.Simulation.Checks;

/// <summary>
/// Whether operations on one key can be put in an order that explains every answer and respects time (Herlihy, Wing 1990): the
/// search of Wing and Gong with the memory of Lowe (2017). Knows nothing of logs and batches.
/// </summary>
internal static class Linearizability
{
    /// <summary>After so many steps a search is given up: null, not decided.</summary>
    private const int MaxSteps = 300_000;

    /// <summary>True, false, or null where the search takes too long.</summary>
    public static bool? Check(IReadOnlyList<Operation> operations)
    {
        Event? first = Link(operations);
        var head = new Event { Next = first };
        if (first is not null) first.Previous = head;
        int open = operations.Count(operation => operation.CompletedAt is not null);
        var taken = new Stack<(Event Call, string? Before)>();
        var done = new ulong[(operations.Count + 63) / 64];
        var seen = new HashSet<string>();
        string? state = null;
        Event? entry = head.Next;
        for (int steps = 0; open > 0; steps++)
        {
            if (steps > MaxSteps) return null;
            if (entry is { Return: var back, IsCall: true })
            {
                if (TryApply(entry.Operation!, state, out string? after) && IsNew(seen, done, entry.Number, after))
                {
                    taken.Push((entry, state));
                    state = after;
                    done[entry.Number / 64] |= 1UL << (entry.Number % 64);
                    if (back is not null) open--;
                    entry.Lift();
                    entry = head.Next;
                }
                else
                {
                    entry = entry.Next;
                }
                continue;
            }
            if (taken.Count == 0) return false;
            (Event call, state) = taken.Pop();
            done[call.Number / 64] &= ~(1UL << (call.Number % 64));
            if (call.Return is not null) open++;
            call.Unlift();
            entry = call.Next;
        }
        return true;
    }

    private static bool IsNew(HashSet<string> seen, ulong[] done, int number, string? after)
    {
        ulong before = done[number / 64];
        done[number / 64] |= 1UL << (number % 64);
        bool isNew = seen.Add($"{string.Join('.', done)}|{(after is null ? "-" : "+" + after)}");
        done[number / 64] = before;
        return isNew;
    }

    private static bool TryApply(Operation operation, string? state, out string? after)
    {
        after = state;
        bool? isApplied = operation.CompletedAt is null ? null : operation.IsApplied;
        switch (operation.Kind)
        {
            case null:
                return operation.ReadValue == state;
            case KeyValueOperation.Put:
                after = operation.Value;
                return true;
            case KeyValueOperation.Delete:
                after = null;
                return isApplied is null || isApplied == state is not null;
            default:
                bool matches = operation.Expected == state;
                if (matches) after = operation.Value;
                return isApplied is null || isApplied == matches;
        }
    }

    /// <summary>Calls and returns in the order of time; what was never answered has no return.</summary>
    private static Event? Link(IReadOnlyList<Operation> operations)
    {
        var events = new List<(long At, int Order, Event Event)>();
        for (int i = 0; i < operations.Count; i++)
        {
            var call = new Event { IsCall = true, Operation = operations[i], Number = i };
            events.Add((operations[i].InvokedAt, 0, call));
            if (operations[i].CompletedAt is not { } at) continue;
            call.Return = new Event { Number = i };
            events.Add((at, 1, call.Return));
        }
        events.Sort((left, right) => (left.At, left.Order, left.Event.Number).CompareTo((right.At, right.Order, right.Event.Number)));
        for (int i = 1; i < events.Count; i++)
        {
            events[i - 1].Event.Next = events[i].Event;
            events[i].Event.Previous = events[i - 1].Event;
        }
        return events.Count == 0 ? null : events[0].Event;
    }

    private sealed class Event
    {
        public bool IsCall { get; init; }
        public Operation? Operation { get; init; }
        public int Number { get; init; }
        public Event? Return { get; set; }
        public Event? Next { get; set; }
        public Event? Previous { get; set; }

        public void Lift()
        {
            Unlink();
            Return?.Unlink();
        }

        public void Unlift()
        {
            Return?.Relink();
            Relink();
        }

        private void Unlink()
        {
            Previous!.Next = Next;
            if (Next is not null) Next.Previous = Previous;
        }

        private void Relink()
        {
            Previous!.Next = this;
            if (Next is not null) Next.Previous = this;
        }
    }
}
