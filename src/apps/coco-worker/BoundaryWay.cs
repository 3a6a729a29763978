using Coco.Boundary;
using Coco.Tee;
using Coco.Tee.Platforms;
using Coco.Worker;

namespace Coco.Apps.Worker;

/// <summary>How this worker reaches its manager.</summary>
internal static class BoundaryWay
{
    /// <summary>Evidence of the software platform says its time; see ManifestPolicy for the same bound.</summary>
    private const ulong MaxAgeMs = 24UL * 60 * 60 * 1000;

    /// <summary>Null: over the local socket, where both are in one TEE. Throws <see cref="PlatformUnavailableException"/>.</summary>
    public static AttestedBoundary? Of(NodeConfiguration configuration)
    {
        if (configuration.BoundaryAddress is not { } address) return null;
        if (configuration.ExpectMeasurement is not { } expected)
            throw new InvalidDataException("A worker in a TEE of its own must know which manager to believe: expectMeasurement is missing in the node's configuration.");
        ITeePlatform own = configuration.Platform == SoftwareEvidence.PlatformName ? SoftwarePlatform.WithOwnKey(ProgramMeasurement.Of(AppContext.BaseDirectory))
            : PlatformDetection.Open(configuration.Platform, PlatformPlaces.System(configuration.CollateralDirectory));
        string[] platforms = own.IsProtected ? [.. EvidenceVerifiers.All.Platforms.Where(name => name != SoftwareEvidence.PlatformName)] : [own.Name];
        var policy = new TeePolicy([.. platforms], [.. expected.Replace("0x", "", StringComparison.Ordinal).Split(',')], true, MaxAgeMs);
        return new AttestedBoundary(address, configuration.NodeName, own, policy, EvidenceVerifiers.All);
    }
}
