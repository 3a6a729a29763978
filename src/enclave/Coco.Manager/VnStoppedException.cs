namespace Coco.Manager;

/// <summary>The sequencer can't go on from where it stands, and its process ends: what it holds is on disk, and a new start goes on from there.</summary>
public sealed class VnStoppedException(string reason) : Exception($"This VN stops: {reason}.");
