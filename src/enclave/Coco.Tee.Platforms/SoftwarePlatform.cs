using System.Security.Cryptography;
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

    /// <summary>With a key of its own, for a program that has no other.</summary>
    public static SoftwarePlatform WithOwnKey(Hash256 measurement) => new(measurement, new OwnKey(), TimeProvider.System, isDebug: true);

    public string Name => SoftwareEvidence.PlatformName;

    public bool IsProtected => false;

    public ReadOnlyMemory<byte> Measurement { get; } = measurement.ToArray();

    public Evidence Produce(ReadOnlySpan<byte> reportData)
    {
        ulong now = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
        return new SoftwareEvidence(new Hash256(Measurement.Span), isDebug, reportData.ToArray(), now, signer.PublicKey).Sign(signer);
    }

    /// <summary>Lives as long as the process.</summary>
    private sealed class OwnKey : ISigner
    {
        private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public OwnKey()
        {
            ECPoint point = _key.ExportParameters(includePrivateParameters: false).Q;
            PublicKey = (byte[])[0x04, .. point.X!, .. point.Y!];
        }

        public ReadOnlyMemory<byte> PublicKey { get; }

        public void Sign(ReadOnlySpan<byte> digest, Span<byte> signature) =>
            _key.SignHash(digest, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
