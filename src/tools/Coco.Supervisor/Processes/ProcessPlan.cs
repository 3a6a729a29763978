namespace Coco.Supervisor;

/// <summary>How to start one process.</summary>
/// <param name="Name">NODE/manager or NODE/worker.</param>
/// <param name="Uid">The user to run as; null is the supervisor's own.</param>
/// <param name="BeforeStart">What is to be done before every start, the repeated ones too.</param>
/// <param name="NetworkNamespace">The network namespace to run in, by its name; null is the supervisor's own.</param>
public sealed record ProcessPlan(
    string Name, string Program, IReadOnlyList<string> Arguments, string LogFile, string WorkingFolder, int? Uid = null,
    Action? BeforeStart = null, string? NetworkNamespace = null);
