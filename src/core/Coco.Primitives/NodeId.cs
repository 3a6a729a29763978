namespace Coco.Primitives;

/// <summary>
/// One incarnation of a validating node (VN) as consensus knows it. A VN that restarts while a quorum lives gets a new
/// one, so that a rolled-back disk can neither vote twice nor acknowledge what it no longer holds (architecture, Restart).
/// </summary>
public readonly record struct NodeId(ulong Value) : IComparable<NodeId>
{
    public static NodeId None => default;

    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    public static bool operator <(NodeId left, NodeId right) => left.Value < right.Value;
    public static bool operator >(NodeId left, NodeId right) => left.Value > right.Value;
    public static bool operator <=(NodeId left, NodeId right) => left.Value <= right.Value;
    public static bool operator >=(NodeId left, NodeId right) => left.Value >= right.Value;

    public override string ToString() => $"n{Value}";
}
