using System.Globalization;
using Coco.Tee;

namespace Coco.Client;

/// <summary>Evidence as names and values.</summary>
internal static class EvidenceSummary
{
    public static SortedDictionary<string, object> Of(EvidenceClaims claims)
    {
        var summary = new SortedDictionary<string, object>(StringComparer.Ordinal)
        {
            ["measurement"] = "0x" + Convert.ToHexStringLower(claims.Measurement.Span),
            ["reportData"] = "0x" + Convert.ToHexStringLower(claims.ReportData.Span),
            ["protected"] = claims.IsProtected,
            ["assurance"] = claims.Assurance.ToString(),
            ["debug"] = claims.IsDebug,
        };
        if (claims.IssuedAtUnixMs != 0) summary["issuedAtUnixMs"] = claims.IssuedAtUnixMs;
        if (claims.HoldsUntil is { } until) summary["holdsUntil"] = $"{until:u}";
        foreach (EvidenceDetail detail in claims.Details) summary[detail.Name] = ValueOf(detail.Value);
        return summary;
    }

    /// <summary>Of evidence that was not verified: whatever can be read.</summary>
    public static SortedDictionary<string, object> Of(Coco.Tee.Evidence evidence)
    {
        var summary = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (EvidenceDetail detail in Details(evidence)) summary[detail.Name] = ValueOf(detail.Value);
        return summary;
    }

    /// <summary>Numbers and truth values as what they are; bytes begin with 0x and stay text.</summary>
    private static object ValueOf(string text) => text switch
    {
        "true" => true,
        "false" => false,
        "0" => 0L,
        [>= '1' and <= '9', ..] when text.Length < 19 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) => number,
        _ => text,
    };

    private static IEnumerable<EvidenceDetail> Details(Coco.Tee.Evidence evidence)
    {
        if (SoftwareEvidence.TryDecode(evidence.Bytes.Span, out SoftwareEvidence? software, out _, out _))
        {
            return
            [
                new("measurement", software.Measurement.ToString()), EvidenceDetail.Hex("reportData", software.ReportData.Span),
                new("debug", software.IsDebug ? "true" : "false"), new("issuedAtUnixMs", $"{software.IssuedAtUnixMs}"), new("protected", "false"),
            ];
        }
        return EvidenceBundle.TryDecode(evidence.Bytes.Span, out EvidenceBundle? bundle) ? Details(bundle) : [];
    }

    private static IEnumerable<EvidenceDetail> Details(EvidenceBundle bundle)
    {
        ReadOnlyMemory<byte> report = bundle.Get(EvidencePart.Report);
        if (HclReport.TryRead(bundle.Get(EvidencePart.HclReport).Span, out HclReport? hcl))
        {
            if (hcl.Hardware == HclHardware.SevSnp) report = hcl.SnpReport.ToArray();
            yield return new("paravisorClaims", System.Text.Encoding.UTF8.GetString(hcl.Claims));
        }
        foreach (EvidenceDetail detail in OfReport(report.Span.ToArray())) yield return detail;
        if (!TpmQuote.TryRead(bundle.Get(EvidencePart.TpmQuote).Span, out TpmQuote? quote)) yield break;
        yield return EvidenceDetail.Hex("tpmQuoteExtraData", quote.ExtraData);
        yield return new("tpmQuotePcrs", string.Join(",", quote.Pcrs));
    }

    private static IEnumerable<EvidenceDetail> OfReport(byte[] bytes)
    {
        if (SnpReport.TryRead(bytes, out SnpReport? snp))
        {
            return
            [
                .. SnpDetails.Of(snp), EvidenceDetail.Hex("measurement", snp.Measurement), EvidenceDetail.Hex("reportData", snp.ReportData),
                new("debug", snp.IsDebug ? "true" : "false"),
            ];
        }
        if (VbsReport.TryRead(bytes, out VbsReport? vbs))
            return [.. VbsVerifier.Details(vbs), EvidenceDetail.Hex("reportData", vbs.EnclaveData), new("debug", vbs.IsDebug ? "true" : "false")];
        return DcapQuote.TryRead(bytes, out DcapQuote? quote) is null ? OfQuote(quote!) : [];
    }

    private static EvidenceDetail[] OfQuote(DcapQuote quote)
    {
        bool isDebug = quote.IsTdx ? new TdReport(quote.BodyBytes).IsDebug : new EnclaveReport(quote.BodyBytes).IsDebug;
        ReadOnlySpan<byte> reportData = quote.IsTdx ? new TdReport(quote.BodyBytes).ReportData : new EnclaveReport(quote.BodyBytes).ReportData;
        ReadOnlySpan<byte> measurement = quote.IsTdx ? new TdReport(quote.BodyBytes).ComputeMeasurement() : new EnclaveReport(quote.BodyBytes).MrEnclave;
        return [.. DcapDetails.Of(quote), EvidenceDetail.Hex("reportData", reportData), EvidenceDetail.Hex("measurement", measurement), new("debug", isDebug ? "true" : "false")];
    }
}
