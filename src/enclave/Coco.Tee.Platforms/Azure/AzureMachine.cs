using System.Security.Cryptography;

namespace Coco.Tee.Platforms;

/// <summary>
/// A confidential VM of Azure's: the paravisor's HCL report and a quote by the vTPM, made for each question; on TDX also the
/// quote of the TDREPORT in the HCL report, which is asked for again only when that report changes.
/// </summary>
internal sealed class AzureMachine
{
    private const uint HclReportIndex = 0x0140_0001;
    private const uint AttestationKeyHandle = 0x8100_0003;
    private const int MinHclSize = 1236;

    private readonly Lock _gate = new();
    private readonly TpmCommands _tpm;
    private readonly PlatformPlaces _places;
    private readonly HclHardware _hardware;
    private (byte[] Report, byte[] Quote)? _quoted;

    private AzureMachine(TpmCommands tpm, PlatformPlaces places, HclHardware hardware) => (_tpm, _places, _hardware) = (tpm, places, hardware);

    /// <summary>Null: an ordinary machine, whose TPM (if it has one) holds no report of a paravisor.</summary>
    public static HardwarePlatform? TryOpen(PlatformPlaces places)
    {
        if (!places.Tpm.IsThere) return null;
        var tpm = new TpmCommands(places.Tpm);
        byte[] hcl;
        try
        {
            hcl = tpm.ReadNv(HclReportIndex);
        }
        catch (PlatformUnavailableException)
        {
            return null;
        }
        if (hcl.Length < MinHclSize || !HclReport.TryRead(hcl, out HclReport? report)) return null;
        string name = report.Hardware switch
        {
            HclHardware.SevSnp => AzureVerifier.SnpName,
            HclHardware.Tdx => AzureVerifier.TdxName,
            _ => throw new PlatformUnavailableException($"A machine that {report.Hardware} alone isolates is not supported as a host: nobody outside can check its report."),
        };
        var machine = new AzureMachine(tpm, places, report.Hardware);
        return new HardwarePlatform(name, machine.Produce, bundle => AzureVerifier.MeasurementOf(bundle, new AzurePolicy())
            ?? throw new PlatformUnavailableException("The vTPM did not give a quote that can be read."));
    }

    private EvidenceBundle Produce(byte[] reportData)
    {
        lock (_gate)
        {
            byte[] hcl = _tpm.ReadNv(HclReportIndex);
            (byte[] message, byte[] signature) = _tpm.QuotePcrs(AttestationKeyHandle, SHA256.HashData(reportData));
            EvidenceBundle bundle = new EvidenceBundle().Add(EvidencePart.HclReport, hcl)
                .Add(EvidencePart.TpmQuote, message).Add(EvidencePart.TpmSignature, signature).Add(EvidencePart.PcrValues, _tpm.ReadPcrs())
                .Add(EvidencePart.ReportData, reportData);
            if (_hardware == HclHardware.Tdx) bundle.Add(EvidencePart.Report, QuoteOf(hcl));
            new CollateralFolder(_places.CollateralFolder).AddTo(bundle);
            return bundle;
        }
    }

    private byte[] QuoteOf(byte[] hcl)
    {
        if (_quoted is { } known && known.Report.AsSpan().SequenceEqual(hcl)) return known.Quote;
        if (!HclReport.TryRead(hcl, out HclReport? report) || report.Hardware != HclHardware.Tdx)
            throw new PlatformUnavailableException("The vTPM's HCL report is no longer one of a TDX machine.");
        byte[] buffer = _places.Quotes.QuoteOf(report.TdReport);
        if (DcapQuote.TryRead(buffer, out DcapQuote? quote) is not null) throw new PlatformUnavailableException("The quoting service did not give a quote that can be read.");
        byte[] exact = buffer[..quote!.Length];
        _quoted = (hcl, exact);
        return exact;
    }
}
