namespace Coco.Chaos;

/// <summary>What checking a history found.</summary>
/// <param name="Witness">Where it is not linearizable: the register, and the operation that no order explains. Null where it is.</param>
public sealed record HistoryVerdict(int Operations, bool Linearizable, string? Witness);

/// <summary>
/// Whether a history of registers is linearizable: Wing and Gong's search with Lowe's memory of what was tried (Lowe, "Testing for
/// linearizability", 2017). Linearizability is local (Herlihy and Wing 1990): each key is searched alone.
/// </summary>
public static class Linearizability
{
    /// <summary>Configurations that may be remembered for one key: about a gigabyte, far more than a run of many clients needs.</summary>
    private const int MaxConfigurations = 4_000_000;

    /// <summary>Throws <see cref="InvalidDataException"/> where a key has so many operations at once that the search gives up.</summary>
    public static HistoryVerdict Check(IReadOnlyList<HistoryOperation> history)
    {
        // A get without an answer says nothing.
        IEnumerable<HistoryOperation> telling = history.Where(operation => operation is not { Kind: OperationKind.Get, Returned: null });
        foreach (IGrouping<string, HistoryOperation> register in telling.GroupBy(operation => operation.Key, StringComparer.Ordinal))
            if (WitnessOf([.. register]) is { } stuck)
                return new HistoryVerdict(history.Count, false, $"{register.Key}: no order explains {Describe(stuck)}");
        return new HistoryVerdict(history.Count, true, null);
    }

    /// <summary>The operation at which the search came furthest and ended; null where an order was found.</summary>
    private static HistoryOperation? WitnessOf(HistoryOperation[] operations)
    {
        EventList events = new(operations);
        ulong[] done = new ulong[(operations.Length + 63) / 64];
        HashSet<Configuration> tried = [];
        Stack<(int Operation, string? Before)> chosen = new();
        string? state = null;
        HistoryOperation? stuck = null;
        int deepest = -1;
        int at = events.First;
        while (events.OpenReturns > 0)
        {
            int operation = events.OperationOf(at);
            if (events.IsCall(at))
            {
                if (operations[operation].TryApply(state, out string? next) && IsNew(tried, done, operation, next))
                {
                    chosen.Push((operation, state));
                    state = next;
                    events.Lift(operation);
                    at = events.First;
                }
                else
                {
                    at = events.After(at);
                }
                continue;
            }
            if (chosen.Count > deepest) (deepest, stuck) = (chosen.Count, operations[operation]);
            if (chosen.Count == 0) return stuck;
            (int undone, state) = chosen.Pop();
            done[undone / 64] &= ~(1UL << (undone % 64));
            events.Unlift(undone);
            at = events.After(events.CallOf(undone));
        }
        return null;
    }

    /// <summary>Marks the operation as done and remembers where that leads; false, and unmarked, where it was tried before.</summary>
    private static bool IsNew(HashSet<Configuration> tried, ulong[] done, int operation, string? state)
    {
        done[operation / 64] |= 1UL << (operation % 64);
        if (tried.Add(new Configuration(done.ToArray(), state)))
        {
            return tried.Count <= MaxConfigurations
                ? true : throw new InvalidDataException("Too many operations on one key are under way at once: the search was given up.");
        }
        done[operation / 64] &= ~(1UL << (operation % 64));
        return false;
    }

    private static string Describe(HistoryOperation operation) => operation.Kind switch
    {
        OperationKind.Get => $"get {operation.Id} by client {operation.Client}, which read {operation.Value ?? "nothing"}",
        OperationKind.Put => $"put {operation.Id} of {operation.Value} by client {operation.Client}",
        _ => $"compareAndSet {operation.Id} from {operation.Expected ?? "nothing"} to {operation.Value} by client {operation.Client}, "
            + (operation.Applied ? "applied" : "not applied"),
    };

    private readonly record struct Configuration(ulong[] Done, string? State)
    {
        public bool Equals(Configuration other) => State == other.State && Done.AsSpan().SequenceEqual(other.Done);

        public override int GetHashCode()
        {
            HashCode hash = default;
            foreach (ulong word in Done) hash.Add(word);
            hash.Add(State);
            return hash.ToHashCode();
        }
    }
}
