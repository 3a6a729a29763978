using Coco.Crypto;

namespace Coco.Tee;

/// <summary>Verifies <see cref="SoftwareEvidence"/>. What it accepts always says that it is not protected.</summary>
public sealed class SoftwareEvidenceVerifier : IEvidenceVerifier
{
    public string Platform => SoftwareEvidence.PlatformName;

    public EvidenceVerdict Verify(ReadOnlySpan<byte> evidence, TeePolicy policy, ulong nowUnixMs)
    {
        if (!SoftwareEvidence.TryDecode(evidence, out SoftwareEvidence? read, out Coco.Primitives.Hash256 digest, out byte[] signature))
            return EvidenceVerdict.Refuse(EvidenceCheck.Format, "the bytes are not software evidence of version 1");
        if (!P256.Verify(read.PublicKey.Span, digest.Span, signature))
            return EvidenceVerdict.Refuse(EvidenceCheck.Signature, "the signature is not the platform key's over this evidence");
        if (read.IssuedAtUnixMs > nowUnixMs + Limits.MaxClockLeadMs || nowUnixMs > read.IssuedAtUnixMs + policy.MaxAgeMs)
            return EvidenceVerdict.Refuse(EvidenceCheck.IssuedAt, $"the evidence was issued at {read.IssuedAtUnixMs} ms, now is {nowUnixMs} ms");
        if (read.IsDebug && !policy.IsDebugAllowed)
            return EvidenceVerdict.Refuse(EvidenceCheck.Debug, "the program runs in debug mode, which the TEE manifest does not allow");
        if (!policy.AcceptsMeasurement(read.Measurement.Span))
            return EvidenceVerdict.Refuse(EvidenceCheck.Measurement, $"the measurement {read.Measurement} is not in the code manifest");
        return EvidenceVerdict.Accept(new EvidenceClaims(
            Platform, IsProtected: false, read.IsDebug, read.Measurement.ToArray(), read.ReportData, read.IssuedAtUnixMs));
    }
}
