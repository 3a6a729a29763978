using Coco.Simulation.World;

namespace Coco.Simulation.Nodes;

/// <summary>The clock of a machine's enclaves as production code reads it.</summary>
internal sealed class HostClock(Host host) : TimeProvider
{
    public override long TimestampFrequency => SimulationWorld.Second;

    public override long GetTimestamp() => host.Uptime;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds((long)host.UnixMs);
}
