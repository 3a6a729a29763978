namespace Coco.Primitives;

/// <summary>Which network: SHA-256 of its genesis entry. No two networks share one, even with equal constitutions.</summary>
public readonly record struct NetworkId(Hash256 Value)
{
    public override string ToString() => Value.ToString();
}
