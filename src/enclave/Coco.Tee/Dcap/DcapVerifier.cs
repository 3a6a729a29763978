using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>Verifies quotes of Intel SGX and TDX (docs/formats/evidence-dcap.md has the checks in their order).</summary>
public sealed class DcapVerifier : IEvidenceVerifier
{
    public const string SgxName = "sgx";
    public const string TdxName = "tdx";

    private static readonly CollateralCache Cache = new();

    private readonly bool _isTdx;

    private DcapVerifier(bool isTdx) => _isTdx = isTdx;

    public static DcapVerifier Sgx { get; } = new(false);

    public static DcapVerifier Tdx { get; } = new(true);

    public string Platform => _isTdx ? TdxName : SgxName;

    public EvidenceVerdict Verify(ReadOnlySpan<byte> evidence, TeePolicy policy, ulong nowUnixMs)
    {
        if (!EvidenceBundle.TryDecode(evidence, out EvidenceBundle? bundle))
            return EvidenceVerdict.Refuse(EvidenceCheck.Format, "the bytes are not a bundle of evidence of version 1");
        if (!UnixTime.TryRead(nowUnixMs, out DateTimeOffset now)) return EvidenceVerdict.Refuse(EvidenceCheck.IssuedAt, "the time is out of range");
        return Verify(bundle, policy, now);
    }

    public EvidenceVerdict Verify(EvidenceBundle bundle, TeePolicy policy, DateTimeOffset now)
    {
        try
        {
            var trial = new DcapTrial(_isTdx, _isTdx ? policy.Tdx : policy.Sgx, now);
            EvidenceRefusal? refusal = trial.CheckGenuine(bundle) ?? CheckIdentity(trial, policy);
            return refusal is null ? EvidenceVerdict.Accept(trial.Claims(Platform)) : EvidenceVerdict.Refuse(refusal);
        }
        catch (Exception malformed) when (malformed is CryptographicException or AsnContentException)
        {
            return EvidenceVerdict.Refuse(EvidenceCheck.Format, $"the evidence cannot be read: {malformed.Message}");
        }
    }

    private static EvidenceRefusal? CheckIdentity(DcapTrial trial, TeePolicy policy) =>
        trial.CheckGuest() ?? policy.CheckMeasurement(trial.Measurement) ?? policy.CheckReportData(trial.ReportData);

    internal static EvidenceRefusal? TryGetCollateral(
        ReadOnlyMemory<byte> json, VendorRoots roots, DateTimeOffset now, out VerifiedCollateral? verified) => Cache.TryGet(json, roots, now, out verified);
}
