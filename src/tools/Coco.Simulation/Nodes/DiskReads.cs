using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>What reads of one disk meet, for all folders on it.</summary>
internal sealed class DiskReads(SimulationWorld world)
{
    /// <summary>Until then they fail.</summary>
    public long FailUntil { get; set; }

    /// <summary>Until then, or until the process ends, some return what was never written; what the disk holds stays as it is.</summary>
    public long GarbleUntil { get; set; }

    /// <summary>A check of the simulator reads, and no process.</summary>
    public bool IsChecked { get; set; }

    public bool AreFaulty => world.Now < FailUntil || world.Now < GarbleUntil;

    /// <summary>A read has brought these bytes.</summary>
    public void Meet(Span<byte> read)
    {
        if (IsChecked) return;
        if (world.Now < FailUntil) throw new IOException("Input/output error");
        if (world.Now < GarbleUntil && read.Length > 0 && world.Random.Chance(0.5)) read[world.Random.Below(read.Length)] ^= 0x10;
    }
}
