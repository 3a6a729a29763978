using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Coco.Tee;

/// <summary>
/// Verifies reports of Windows VBS enclaves with the machine's measured boot (docs/formats/evidence-vbs.md has the checks in their
/// order, and what they cannot prove).
/// </summary>
public sealed class VbsVerifier : IEvidenceVerifier
{
    public const string PlatformName = "vbs";

    public string Platform => PlatformName;

    public EvidenceVerdict Verify(ReadOnlySpan<byte> evidence, TeePolicy policy, ulong nowUnixMs)
    {
        if (!EvidenceBundle.TryDecode(evidence, out EvidenceBundle? bundle))
            return EvidenceVerdict.Refuse(EvidenceCheck.Format, "the bytes are not a bundle of evidence of version 1");
        if (!UnixTime.TryRead(nowUnixMs, out DateTimeOffset now)) return EvidenceVerdict.Refuse(EvidenceCheck.IssuedAt, "the time is out of range");
        return Verify(bundle, policy, now);
    }

    public static EvidenceVerdict Verify(EvidenceBundle bundle, TeePolicy policy, DateTimeOffset now)
    {
        try
        {
            if (MeasuredBoot.Verify(bundle, policy, now, out BootLog? log) is { } unproved) return EvidenceVerdict.Refuse(unproved);
            EvidenceRefusal? refusal = TryGetIdentityKey(log!, out RSA? key);
            using (key)
            {
                if (refusal is not null) return EvidenceVerdict.Refuse(refusal);
                return CheckReport(bundle, key!, policy, out VbsReport? report) is { } wrong ? EvidenceVerdict.Refuse(wrong) : EvidenceVerdict.Accept(ClaimsOf(report!));
            }
        }
        catch (Exception malformed) when (malformed is CryptographicException or AsnContentException)
        {
            return EvidenceVerdict.Refuse(EvidenceCheck.Format, $"the evidence cannot be read: {malformed.Message}");
        }
    }

    private static EvidenceRefusal? TryGetIdentityKey(BootLog log, out RSA? key)
    {
        key = null;
        if (WindowsBoot.TryRead(log, out WindowsBoot? boot) is { } refusal) return refusal;
        if (!boot!.IsVsmOn) return new EvidenceRefusal(EvidenceCheck.VsmOff, "the machine booted without a secure kernel");
        key = boot.SigningKey();
        if (key is null) return new EvidenceRefusal(EvidenceCheck.VsmOff, "the boot log names no one key of the secure kernel");
        return boot.OpenDoor is { } door ? new EvidenceRefusal(EvidenceCheck.BootDebug, $"the machine booted with {door}") : null;
    }

    private static EvidenceRefusal? CheckReport(EvidenceBundle bundle, RSA key, TeePolicy policy, out VbsReport? report)
    {
        if (!VbsReport.TryRead(bundle.Get(EvidencePart.Report).Span, out report)) return new EvidenceRefusal(EvidenceCheck.Format, "the bytes are not a VBS enclave's report of version 1");
        if (!key.VerifyData(report.Signed, report.Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss))
            return new EvidenceRefusal(EvidenceCheck.Signature, "the report is not signed by the secure kernel that the boot log names");
        return CheckEnclave(report, policy) ?? policy.CheckReportData(report.EnclaveData);
    }

    private static EvidenceRefusal? CheckEnclave(VbsReport report, TeePolicy policy)
    {
        if (!report.IsEnclave) return new EvidenceRefusal(EvidenceCheck.Format, "the report is not of a VBS enclave");
        if (report.IsDebug) return new EvidenceRefusal(EvidenceCheck.Debug, "the enclave can be debugged");
        if (policy.CheckMeasurement(report.UniqueId) is { } other) return other;
        if (!policy.Vbs.Authors.IsEmpty && !policy.Vbs.Authors.Contains(Convert.ToHexStringLower(report.AuthorId)))
            return new EvidenceRefusal(EvidenceCheck.Signer, "the enclave's author is not in the TEE manifest");
        if (report.EnclaveSvn < policy.Vbs.MinSvn)
            return new EvidenceRefusal(EvidenceCheck.Svn, $"the enclave's security version is {report.EnclaveSvn}, at least {policy.Vbs.MinSvn} is asked for");
        return report.SecureKernelSvn < policy.Vbs.MinSecureKernelSvn
            ? new EvidenceRefusal(EvidenceCheck.Tcb, $"the secure kernel's version is {report.SecureKernelSvn}, at least {policy.Vbs.MinSecureKernelSvn} is asked for")
            : null;
    }

    private static EvidenceClaims ClaimsOf(VbsReport report) => new(
        PlatformName, IsProtected: false, IsDebug: false, report.UniqueId.ToArray(), report.EnclaveData.ToArray(), 0)
    {
        Assurance = Assurance.SoftwareIsolated,
        Details = [.. Details(report)],
        Warnings =
        [
            "memory is not encrypted: whoever has the machine in hand, its firmware or its hypervisor can read the enclave",
            "the enclave holds keys; a .NET program outside of it is not attested by this",
            "that the boot log's key signs enclave reports follows from public headers and was not seen on hardware",
        ],
    };

    public static IEnumerable<EvidenceDetail> Details(VbsReport report) =>
    [
        EvidenceDetail.Hex("uniqueId", report.UniqueId), EvidenceDetail.Hex("authorId", report.AuthorId), EvidenceDetail.Hex("ownerId", report.OwnerId),
        EvidenceDetail.Hex("familyId", report.FamilyId), EvidenceDetail.Hex("imageId", report.ImageId), new("enclaveSvn", $"{report.EnclaveSvn}"),
        new("secureKernelSvn", $"{report.SecureKernelSvn}"), new("platformSvn", $"{report.PlatformSvn}"), new("flags", $"0x{report.Flags:x}"),
        new("signingLevel", $"{report.SigningLevel}"),
    ];
}
