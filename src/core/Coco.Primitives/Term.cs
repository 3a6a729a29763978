namespace Coco.Primitives;

/// <summary>A period with at most one leader (Raft 5.1). Zero: before the first election.</summary>
public readonly record struct Term(ulong Value) : IComparable<Term>
{
    public static Term Zero => default;

    public Term Next() => new(checked(Value + 1));

    public int CompareTo(Term other) => Value.CompareTo(other.Value);

    public static bool operator <(Term left, Term right) => left.Value < right.Value;
    public static bool operator >(Term left, Term right) => left.Value > right.Value;
    public static bool operator <=(Term left, Term right) => left.Value <= right.Value;
    public static bool operator >=(Term left, Term right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString();
}
