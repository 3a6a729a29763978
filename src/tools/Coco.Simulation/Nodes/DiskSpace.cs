namespace Coco.Simulation.Nodes;

/// <summary>The room on one disk, for all folders on it.</summary>
internal sealed class DiskSpace
{
    /// <summary>What would take more room fails; what frees some does not.</summary>
    public bool IsFull { get; set; }

    /// <summary>What the operating system says to a write that does not fit (ENOSPC).</summary>
    public static IOException NoRoom() => new("No space left on device");
}
