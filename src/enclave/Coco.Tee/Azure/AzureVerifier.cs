using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Coco.Tee;

/// <summary>
/// Verifies evidence of Azure's confidential VMs: the processor's report, by it the vTPM's key, and by that the boot
/// (docs/formats/evidence-azure.md has the checks in their order).
/// </summary>
public sealed class AzureVerifier : IEvidenceVerifier
{
    public const string SnpName = "azure-sev-snp";
    public const string TdxName = "azure-tdx";

    private readonly HclHardware _hardware;

    private AzureVerifier(HclHardware hardware) => _hardware = hardware;

    public static AzureVerifier SevSnp { get; } = new(HclHardware.SevSnp);

    public static AzureVerifier Tdx { get; } = new(HclHardware.Tdx);

    public string Platform => _hardware == HclHardware.SevSnp ? SnpName : TdxName;

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
            if (!HclReport.TryRead(bundle.Get(EvidencePart.HclReport).Span, out HclReport? report))
                return EvidenceVerdict.Refuse(EvidenceCheck.Format, "the bytes are not an HCL report");
            if (report.Hardware != _hardware) return EvidenceVerdict.Refuse(EvidenceCheck.Platform, $"the HCL report is of {report.Hardware}");
            EvidenceRefusal? refusal = _hardware == HclHardware.SevSnp
                ? CheckSnp(report, bundle, policy, now, out HardwareClaims? hardware)
                : CheckTdx(report, bundle, policy, now, out hardware);
            return refusal is null ? Conclude(report, bundle, policy, hardware!) : EvidenceVerdict.Refuse(refusal);
        }
        catch (Exception malformed) when (malformed is CryptographicException or AsnContentException)
        {
            return EvidenceVerdict.Refuse(EvidenceCheck.Format, $"the evidence cannot be read: {malformed.Message}");
        }
    }

    /// <summary>The measurement that evidence has, without judging it; null if it has none.</summary>
    public static byte[]? MeasurementOf(EvidenceBundle bundle, AzurePolicy policy) =>
        TpmQuote.TryRead(bundle.Get(EvidencePart.TpmQuote).Span, out TpmQuote? quote) && CheckPcrs(quote, bundle, policy, out byte[] measurement) is null ? measurement : null;

    /// <summary>One value for what booted, from the measured PCRs (docs/formats/evidence-azure.md).</summary>
    public static byte[] MeasurementOf(SortedDictionary<int, byte[]> pcrs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("coco-azure-v1"u8);
        foreach ((int pcr, byte[] value) in pcrs)
        {
            hash.AppendData([(byte)pcr]);
            hash.AppendData(value);
        }
        return hash.GetHashAndReset();
    }

    private sealed record HardwareClaims(string Paravisor, ImmutableArray<EvidenceDetail> Details, ImmutableArray<string> Warnings, DateTimeOffset? HoldsUntil);

    private static EvidenceRefusal? CheckSnp(HclReport report, EvidenceBundle bundle, TeePolicy policy, DateTimeOffset now, out HardwareClaims? claims)
    {
        claims = null;
        EvidenceRefusal? refusal = SnpEvidence.TryOpen(report.SnpReport, bundle, policy.SevSnp, out SnpEvidence? evidence);
        using (evidence)
        {
            refusal ??= SevSnpVerifier.CheckGenuine(evidence!, policy.SevSnp, now)
                ?? SevSnpVerifier.CheckGuestPolicy(evidence!.Report, policy.SevSnp)
                ?? CheckBinding(report, evidence!.Report.ReportData);
            if (refusal is not null) return refusal;
            claims = new HardwareClaims(
                Convert.ToHexStringLower(evidence!.Report.Measurement), [.. SnpDetails.Of(evidence.Report), .. SnpDetails.Of(evidence.Certificate, evidence.Product)],
                SevSnpVerifier.WarningsOf(evidence, bundle), null);
            return null;
        }
    }

    private static EvidenceRefusal? CheckTdx(HclReport report, EvidenceBundle bundle, TeePolicy policy, DateTimeOffset now, out HardwareClaims? claims)
    {
        claims = null;
        var trial = new DcapTrial(isTdx: true, policy.Tdx with { IsSeptVeDisableRequired = false }, now);
        EvidenceRefusal? refusal = trial.CheckGenuine(bundle) ?? trial.CheckGuest() ?? CheckBinding(report, trial.ReportData);
        if (refusal is not null) return refusal;
        EvidenceClaims quote = trial.Claims(TdxName);
        claims = new HardwareClaims(Convert.ToHexStringLower(new TdReport(trial.Quote.BodyBytes).MrTd), quote.Details, quote.Warnings, quote.HoldsUntil);
        return null;
    }

    private static EvidenceRefusal? CheckBinding(HclReport report, ReadOnlySpan<byte> reportData) => report.IsBoundTo(reportData)
        ? null
        : new EvidenceRefusal(EvidenceCheck.HclBinding, "the processor's report does not hold the digest of the paravisor's claims");

    private EvidenceVerdict Conclude(HclReport report, EvidenceBundle bundle, TeePolicy policy, HardwareClaims hardware)
    {
        if (CheckQuote(report, bundle, out TpmQuote? quote) is { } unsigned) return EvidenceVerdict.Refuse(unsigned);
        if (CheckNonce(quote!, bundle, policy, out byte[] reportData) is { } old) return EvidenceVerdict.Refuse(old);
        EvidenceRefusal? refusal = CheckPcrs(quote!, bundle, policy.Azure, out byte[] measurement) ?? CheckParavisor(hardware, policy.Azure);
        refusal ??= policy.CheckMeasurement(measurement) ?? policy.CheckReportData(reportData);
        if (refusal is not null) return EvidenceVerdict.Refuse(refusal);
        return EvidenceVerdict.Accept(new EvidenceClaims(Platform, IsProtected: true, IsDebug: false, measurement, reportData, 0)
        {
            Details = [new("paravisor", "0x" + hardware.Paravisor), .. PcrDetails(quote!, bundle), .. hardware.Details],
            Warnings = [.. hardware.Warnings, "the measurement is of the PCRs: it says what booted, and what runs only where nobody can change a booted image"],
            HoldsUntil = hardware.HoldsUntil,
        });
    }

    private static EvidenceRefusal? CheckQuote(HclReport report, EvidenceBundle bundle, out TpmQuote? quote)
    {
        ReadOnlyMemory<byte> message = bundle.Get(EvidencePart.TpmQuote);
        if (!TpmQuote.TryRead(message.Span, out quote)) return new EvidenceRefusal(EvidenceCheck.TpmQuote, "the vTPM's quote cannot be read");
        if (!report.TryGetAttestationKey(out RSA? key)) return new EvidenceRefusal(EvidenceCheck.TpmQuote, "the claims hold no attestation key");
        using (key)
        {
            return quote.Bank == HashAlgorithmName.SHA256 && TpmQuote.IsSigned(message.Span, bundle.Get(EvidencePart.TpmSignature).Span, key)
                ? null
                : new EvidenceRefusal(EvidenceCheck.TpmQuote, "the vTPM's quote is not signed by the attestation key of the claims");
        }
    }

    /// <summary>A quote has room for 32 bytes: it holds the digest of the report data, which then comes beside it.</summary>
    private static EvidenceRefusal? CheckNonce(TpmQuote quote, EvidenceBundle bundle, TeePolicy policy, out byte[] reportData)
    {
        reportData = quote.ExtraData;
        if (policy.Azure.Nonce is { } nonce && !quote.ExtraData.AsSpan().SequenceEqual(nonce.AsSpan()))
            return new EvidenceRefusal(EvidenceCheck.Nonce, "the vTPM's quote was made for another nonce");
        if (!bundle.Has(EvidencePart.ReportData)) return null;
        reportData = bundle.Get(EvidencePart.ReportData).ToArray();
        return SHA256.HashData(reportData).AsSpan().SequenceEqual(quote.ExtraData)
            ? null
            : new EvidenceRefusal(EvidenceCheck.Nonce, "the vTPM's quote was not made for the report data");
    }

    private static EvidenceRefusal? CheckPcrs(TpmQuote quote, EvidenceBundle bundle, AzurePolicy policy, out byte[] measurement)
    {
        measurement = [];
        ReadOnlySpan<byte> values = bundle.Get(EvidencePart.PcrValues).Span;
        if (values.Length != quote.Pcrs.Count * SHA256.HashSizeInBytes || !quote.HoldsValues(values))
            return new EvidenceRefusal(EvidenceCheck.PcrDigest, "the PCRs are not the quoted ones");
        var measured = new SortedDictionary<int, byte[]>();
        foreach (int pcr in policy.MeasuredPcrs)
        {
            int place = quote.Pcrs.IndexOf(pcr);
            if (place < 0) return new EvidenceRefusal(EvidenceCheck.PcrDigest, $"PCR {pcr} is not quoted");
            measured[pcr] = values.Slice(place * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes).ToArray();
        }
        measurement = MeasurementOf(measured);
        return null;
    }

    private static EvidenceRefusal? CheckParavisor(HardwareClaims hardware, AzurePolicy policy) =>
        policy.Paravisors.IsEmpty || policy.Paravisors.Contains(hardware.Paravisor)
            ? null
            : new EvidenceRefusal(EvidenceCheck.Measurement, $"the paravisor {hardware.Paravisor} is not in the TEE manifest");

    private static IEnumerable<EvidenceDetail> PcrDetails(TpmQuote quote, EvidenceBundle bundle)
    {
        byte[] values = bundle.Get(EvidencePart.PcrValues).ToArray();
        return quote.Pcrs.Select((pcr, place) => EvidenceDetail.Hex($"pcr{pcr}", values.AsSpan(place * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes)));
    }
}
