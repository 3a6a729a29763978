using Coco.Boundary;
using Coco.Manager;
using Coco.Primitives;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Apps.Manager;

/// <summary>The platform that the configuration asks for, and its sealing.</summary>
internal sealed class NodePlatform : IDisposable
{
    private readonly Func<PlatformSealing?> _openSealing;
    private PlatformSealing? _sealing;

    private NodePlatform(ITeePlatform platform, Func<PlatformSealing?> openSealing) => (Platform, _openSealing) = (platform, openSealing);

    public ITeePlatform Platform { get; }

    /// <summary>Throws <see cref="PlatformUnavailableException"/> where the configuration's platform is not here.</summary>
    /// <param name="program">The digest of the program's files: what the software platform measures.</param>
    public static NodePlatform Open(NodeConfiguration configuration, Hash256 program)
    {
        if (configuration.Platform != SoftwareEvidence.PlatformName)
        {
            HardwarePlatform hardware = PlatformDetection.Open(configuration.Platform, PlatformPlaces.System(configuration.CollateralDirectory));
            return new NodePlatform(hardware, hardware.TryOpenSealing);
        }
        return new NodePlatform(
            SoftwarePlatform.WithOwnKey(program), () => PlatformSealing.OpenFile(Path.Combine(configuration.ManagerDirectory, "sealing.key"), program));
    }

    /// <summary>Null where the platform has none. Once.</summary>
    public ISealing? OpenSealing()
    {
        _sealing = _openSealing();
        return _sealing is null ? null : new Sealing(_sealing);
    }

    /// <summary>What an operator is to know of it, at the start.</summary>
    public string Describe() => Platform.IsProtected
        ? $"The platform is {Platform.Name}, the measurement {Convert.ToHexStringLower(Platform.Measurement.Span)}." : SoftwarePlatform.Warning;

    public void Dispose() => _sealing?.Dispose();
}
