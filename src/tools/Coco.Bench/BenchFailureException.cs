namespace Coco.Bench;

/// <summary>The run cannot start or go on: one sentence that says what is wrong and what to do.</summary>
public sealed class BenchFailureException(BenchFailureKind kind, string message) : Exception(message)
{
    public BenchFailureKind Kind { get; } = kind;
}

public enum BenchFailureKind
{
    /// <summary>The options ask for something that makes no sense or is not in this version.</summary>
    Usage,

    /// <summary>Something that the run needs is not there: a network, an account, a file.</summary>
    Missing,

    /// <summary>The target answered with an error.</summary>
    Refused,
}
