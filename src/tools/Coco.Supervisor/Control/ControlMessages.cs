namespace Coco.Supervisor;

/// <summary>One line of JSON to the supervisor: <c>processes</c>, <c>stop</c>, <c>start-node</c>, <c>stop-node</c>, <c>add-node</c> or <c>remove-node</c>.</summary>
public sealed record ControlRequest(string Command, string? Node = null);

/// <summary>Its answer.</summary>
public sealed record ControlAnswer(string? Error, IReadOnlyList<SupervisedNode> Nodes);

/// <summary>The processes of one node as the supervisor sees them.</summary>
public sealed record SupervisedNode(string Name, bool IsStopped, int? ManagerPid, int? WorkerPid, int Restarts, int? WorkerUid);
