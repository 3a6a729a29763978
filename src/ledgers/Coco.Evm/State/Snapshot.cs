namespace Coco.Evm.State;

/// <summary>A point to which the state can go back, within the running transaction.</summary>
public readonly record struct Snapshot(int Journal, int Logs, long Refund);
