namespace Coco.Primitives;

/// <summary>A moment on a VN's own monotonic clock, in milliseconds since an arbitrary start.</summary>
public readonly record struct Tick(ulong Value) : IComparable<Tick>
{
    public static Tick Zero => default;

    public Tick Next() => new(checked(Value + 1));

    public int CompareTo(Tick other) => Value.CompareTo(other.Value);

    public static bool operator <(Tick left, Tick right) => left.Value < right.Value;
    public static bool operator >(Tick left, Tick right) => left.Value > right.Value;
    public static bool operator <=(Tick left, Tick right) => left.Value <= right.Value;
    public static bool operator >=(Tick left, Tick right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString();
}
