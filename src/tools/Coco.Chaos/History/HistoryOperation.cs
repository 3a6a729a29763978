namespace Coco.Chaos;

/// <summary>What a client asked of one register (a key).</summary>
public enum OperationKind
{
    Put,

    /// <summary>Writes if the register holds what is expected.</summary>
    CompareAndSet,

    /// <summary>A linearizable read.</summary>
    Get,
}

/// <summary>
/// One operation as its client saw it: a line of a history file. Times are microseconds since the run began, by one clock.
/// </summary>
/// <param name="Client">Who asked; one client has one operation under way at a time.</param>
/// <param name="Expected">Of a compare-and-set; null is: the register is empty.</param>
/// <param name="Value">What was to be written; of a get what was read, null where the register was empty.</param>
/// <param name="Returned">Null: no answer ever came, so it may have happened at any time after <paramref name="Invoked"/>, or never.</param>
/// <param name="Applied">Of an answered write: whether it was carried out.</param>
public sealed record HistoryOperation(
    int Client, string Id, OperationKind Kind, string Key, string? Expected, string? Value, long Invoked, long? Returned, bool Applied)
{
    /// <summary>The register after this operation on <paramref name="state"/>; false where its answer contradicts that state.</summary>
    public bool TryApply(string? state, out string? next)
    {
        next = state;
        switch (Kind)
        {
            case OperationKind.Get:
                return state == Value;
            case OperationKind.Put:
                next = Value;
                return Returned is null || Applied;
            default:
                bool matches = state == Expected;
                if (matches) next = Value;
                return Returned is null || Applied == matches;
        }
    }
}
