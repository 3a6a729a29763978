namespace Coco.Primitives;

/// <summary>The place of an entry in the log, from 1. Zero: before the first entry.</summary>
public readonly record struct LogIndex(ulong Value) : IComparable<LogIndex>
{
    public static LogIndex Zero => default;

    public LogIndex Next() => new(checked(Value + 1));

    public int CompareTo(LogIndex other) => Value.CompareTo(other.Value);

    public static bool operator <(LogIndex left, LogIndex right) => left.Value < right.Value;
    public static bool operator >(LogIndex left, LogIndex right) => left.Value > right.Value;
    public static bool operator <=(LogIndex left, LogIndex right) => left.Value <= right.Value;
    public static bool operator >=(LogIndex left, LogIndex right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString();
}
