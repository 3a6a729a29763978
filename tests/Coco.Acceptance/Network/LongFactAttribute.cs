namespace Coco.Acceptance.Network;

/// <summary>A test of minutes: runs only where long runs are asked for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute() => Skip = Checkout.IsLong ? null : LongTheoryAttribute.Reason;
}

/// <summary>The same with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongTheoryAttribute : TheoryAttribute
{
    public const string Reason = "takes minutes: ./coco test --long";

    public LongTheoryAttribute() => Skip = Checkout.IsLong ? null : Reason;
}
