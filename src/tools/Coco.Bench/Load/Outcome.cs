namespace Coco.Bench;

/// <summary>How an operation ended.</summary>
public enum Outcome : byte
{
    Pending,

    /// <summary>The receipt was read and says success.</summary>
    Committed,

    /// <summary>The receipt was read and says failure.</summary>
    Reverted,

    /// <summary>Refused, or no receipt in time.</summary>
    Failed,

    /// <summary>A read was answered.</summary>
    Answered,
}
