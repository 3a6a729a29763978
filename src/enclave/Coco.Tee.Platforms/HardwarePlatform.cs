using Coco.Crypto;

namespace Coco.Tee.Platforms;

/// <summary>A TEE of hardware: evidence by one of the ways to it, and the measurement as that evidence says it.</summary>
public sealed class HardwarePlatform : ITeePlatform
{
    private readonly Func<byte[], EvidenceBundle> _produce;

    internal HardwarePlatform(string name, Func<byte[], EvidenceBundle> produce, Func<EvidenceBundle, byte[]> measurement)
    {
        (Name, _produce) = (name, produce);
        Measurement = measurement(produce(new byte[AttestationClaims.ReportDataSize]));
    }

    public string Name { get; }

    public bool IsProtected => true;

    public ReadOnlyMemory<byte> Measurement { get; }

    internal Func<SecretKey?> SealingKey { get; init; } = () => null;

    /// <summary>Throws <see cref="PlatformUnavailableException"/>. Takes up to a second; SNP firmware serves about one request in two seconds.</summary>
    public Evidence Produce(ReadOnlySpan<byte> reportData) => new(Name, _produce(reportData.ToArray()).Encode());

    /// <summary>
    /// Seals under a key that the processor derives for this measurement on this machine; null where it has none for guests (TDX), or
    /// this version does not ask for it (Azure's vTPM).
    /// </summary>
    public PlatformSealing? TryOpenSealing() => SealingKey() is { } key ? PlatformSealing.Under(key, Measurement.Span) : null;
}
