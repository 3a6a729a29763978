namespace Coco.Tee;

/// <summary>What a report says, for people.</summary>
public static class SnpDetails
{
    public static IEnumerable<EvidenceDetail> Of(SnpReport report)
    {
        yield return new("reportVersion", $"{report.Version}");
        yield return new("guestSvn", $"{report.GuestSvn}");
        yield return new("guestPolicy", $"0x{report.Policy:x}");
        yield return new("vmpl", $"{report.Vmpl}");
        yield return EvidenceDetail.Hex("familyId", report.FamilyId);
        yield return EvidenceDetail.Hex("imageId", report.ImageId);
        yield return EvidenceDetail.Hex("hostData", report.HostData);
        yield return EvidenceDetail.Hex("idKeyDigest", report.IdKeyDigest);
        yield return EvidenceDetail.Hex("authorKeyDigest", report.AuthorKeyDigest);
        yield return EvidenceDetail.Hex("chipId", report.ChipId);
        yield return EvidenceDetail.Hex("currentTcb", report.CurrentTcb);
        yield return EvidenceDetail.Hex("reportedTcb", report.ReportedTcb);
        yield return EvidenceDetail.Hex("committedTcb", report.CommittedTcb);
        yield return EvidenceDetail.Hex("launchTcb", report.LaunchTcb);
        if (report.HasMitigations)
        {
            yield return new("launchMitigations", $"0x{report.LaunchMitigations:x}");
            yield return new("currentMitigations", $"0x{report.CurrentMitigations:x}");
        }
        yield return new("platformInfo", $"0x{report.PlatformInfo:x}");
        yield return new("cpuid", report.HasCpuid ? $"family {report.CpuFamily:x2}, model {report.CpuModel:x2}, stepping {report.CpuStepping:x2}" : "not in this version");
    }

    public static IEnumerable<EvidenceDetail> Of(SnpCertificate certificate, SnpProduct product)
    {
        yield return new("product", product.ToString());
        yield return new("signingKey", certificate.IsVlek ? "VLEK" : "VCEK");
        yield return new("tcb", certificate.Tcb.ToString());
        if (certificate.CspId.Length > 0) yield return new("cspId", certificate.CspId);
    }
}
