namespace Coco.Boundary;

/// <summary>
/// What a worker measures of itself. The manager shows it and decides nothing by it. The longest times are those since the last
/// snapshot was written (<c>Usual</c>), and those while the last one was written (<c>Snapshot</c>): of one step of the executor's
/// thread, and of all that the collector stopped the process for between two steps; in microseconds.
/// </summary>
public sealed record WorkerFigures(
    ulong StateBytes, ulong HeapBytes, ulong Snapshots, ulong SnapshotMicroseconds, ulong ExecutorSnapshotMicroseconds,
    ulong CollectorSnapshotMicroseconds, ulong ExecutorUsualMicroseconds, ulong CollectorUsualMicroseconds)
{
    public static WorkerFigures None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);
}
