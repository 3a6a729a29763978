using System.Net;
using Coco.Boundary;
using Coco.Tee;
using Coco.Tee.Platforms;
using Coco.Worker;

namespace Coco.Apps.Worker;

/// <summary>How this worker reaches its manager.</summary>
internal static class BoundaryWay
{
    /// <summary>Null: over the local socket, where both are in one TEE. Throws <see cref="PlatformUnavailableException"/>.</summary>
    public static AttestedBoundary? Of(NodeConfiguration configuration)
    {
        if (configuration.BoundaryAddress is not { } address) return null;
        if (configuration.ExpectMeasurement is not { } expected)
            throw new InvalidDataException("A worker in a TEE of its own must know which manager to believe: expectMeasurement is missing in the node's configuration.");
        ITeePlatform own = configuration.Platform == SoftwareEvidence.PlatformName ? SoftwarePlatform.WithOwnKey(ProgramMeasurement.Of(AppContext.BaseDirectory))
            : PlatformDetection.Open(configuration.Platform, PlatformPlaces.System(configuration.CollateralDirectory));
        return new AttestedBoundary(
            IPEndPoint.Parse(address), configuration.NodeName, own, TeePolicy.Expecting(own, EvidenceVerifiers.All, expected), EvidenceVerifiers.All);
    }
}
