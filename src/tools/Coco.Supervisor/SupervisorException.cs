namespace Coco.Supervisor;

/// <summary>What was asked for cannot be done: one sentence that says why and what to do.</summary>
public sealed class SupervisorException(string message, bool isMissing = false) : Exception(message)
{
    /// <summary>Something that is needed is not there, rather than refused.</summary>
    public bool IsMissing { get; } = isMissing;
}
