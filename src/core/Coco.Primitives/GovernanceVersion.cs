namespace Coco.Primitives;

/// <summary>Counts the changes of the constitution and of what it implies; a proposal made under an older one is stale (architecture rule 4).</summary>
public readonly record struct GovernanceVersion(ulong Value) : IComparable<GovernanceVersion>
{
    public static GovernanceVersion Zero => default;

    public GovernanceVersion Next() => new(checked(Value + 1));

    public int CompareTo(GovernanceVersion other) => Value.CompareTo(other.Value);

    public static bool operator <(GovernanceVersion left, GovernanceVersion right) => left.Value < right.Value;
    public static bool operator >(GovernanceVersion left, GovernanceVersion right) => left.Value > right.Value;
    public static bool operator <=(GovernanceVersion left, GovernanceVersion right) => left.Value <= right.Value;
    public static bool operator >=(GovernanceVersion left, GovernanceVersion right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString();
}
