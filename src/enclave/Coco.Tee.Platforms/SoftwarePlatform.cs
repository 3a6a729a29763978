using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Tee.Platforms;

/// <summary>
/// The platform for development: no TEE at all. It signs evidence with a key that the caller makes at start, and protects
/// nothing against whoever owns the machine; every shell that uses it says <see cref="Warning"/> loudly.
/// </summary>
/// <param name="measurement">Of the program: <see cref="ProgramMeasurement.Of"/>.</param>
/// <param name="signer">The platform's key, made at start and never kept.</param>
/// <param name="isDebug">The evidence says that the program can be debugged.</param>
public sealed class SoftwarePlatform(Hash256 measurement, ISigner signer, TimeProvider time, bool isDebug = false) : ITeePlatform
{
    public const string Warning =
        "SOFTWARE PLATFORM: NOT PROTECTED. There is no TEE: the owner of this machine can read and change keys and data. For development only.";

    public string Name => SoftwareEvidence.PlatformName;

    public bool IsProtected => false;

    public ReadOnlyMemory<byte> Measurement { get; } = measurement.ToArray();

    public Evidence Produce(ReadOnlySpan<byte> reportData)
    {
        ulong now = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
        return new SoftwareEvidence(new Hash256(Measurement.Span), isDebug, reportData.ToArray(), now, signer.PublicKey).Sign(signer);
    }
}
