namespace Coco.Primitives;

/// <summary>The number of a batch on the application ledger, from 0 (the genesis batch). A batch number is not its entry's index: elections, governance and signatures are entries too.</summary>
public readonly record struct BatchNumber(ulong Value) : IComparable<BatchNumber>
{
    public static BatchNumber Zero => default;

    public BatchNumber Next() => new(checked(Value + 1));

    public int CompareTo(BatchNumber other) => Value.CompareTo(other.Value);

    public static bool operator <(BatchNumber left, BatchNumber right) => left.Value < right.Value;
    public static bool operator >(BatchNumber left, BatchNumber right) => left.Value > right.Value;
    public static bool operator <=(BatchNumber left, BatchNumber right) => left.Value <= right.Value;
    public static bool operator >=(BatchNumber left, BatchNumber right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString();
}
