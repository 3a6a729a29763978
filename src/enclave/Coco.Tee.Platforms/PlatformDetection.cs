using System.Security.Cryptography;

namespace Coco.Tee.Platforms;

/// <summary>Where to look for hardware: the system itself, or stand-ins of it.</summary>
/// <param name="Root">Before every path; "" for the system.</param>
/// <param name="CollateralFolder">See <see cref="Platforms.CollateralFolder"/>.</param>
public sealed record PlatformPlaces(string Root, IDeviceControl Control, ITpmDevice Tpm, string? CollateralFolder)
{
    /// <summary>What a stand-in does after a file was written, by folder and name; null on a system.</summary>
    internal Action<string, string>? Written { get; init; }

    public static PlatformPlaces System(string? collateralFolder) => new("", new LinuxDeviceControl(), new LinuxTpmDevice(), collateralFolder);
}

/// <summary>Finds the TEE that this program runs in.</summary>
public static class PlatformDetection
{
    private const uint HclReportIndex = 0x0140_0001;
    private const uint AttestationKeyHandle = 0x8100_0003;
    private const int MinHclSize = 1236;

    /// <summary>The kernel's report interface first, then devices, a library OS, Azure's vTPM. Null: no TEE that this version knows.</summary>
    public static HardwarePlatform? Find(PlatformPlaces places)
    {
        var tsm = new ConfigFsTsm(places.Root + ConfigFsTsm.SystemFolder, places.Written);
        if (tsm.IsThere) return FromTsm(tsm, places);
        var sevGuest = new SevGuestDevice(places.Control);
        if (sevGuest.IsThere) return Snp(data => Bundle(sevGuest.GetReport(data), places));
        if (new TdxGuestDevice(places.Control).IsThere)
            throw new PlatformUnavailableException($"This is a TDX guest, but quotes need the kernel's {ConfigFsTsm.SystemFolder} (Linux 6.7 or later, configfs mounted).");
        var gramine = new GramineFiles(places.Root + GramineFiles.SystemFolder, () => places.Written?.Invoke(places.Root + GramineFiles.SystemFolder, "user_report_data"));
        if (gramine.IsThere) return Sgx(data => Quote(gramine.GetQuote(data), places));
        return places.Tpm.IsThere ? FromAzure(places) : null;
    }

    private static HardwarePlatform FromTsm(ConfigFsTsm tsm, PlatformPlaces places)
    {
        string provider = tsm.GetReport(new byte[64]).Provider;
        return provider switch
        {
            "sev_guest" => Snp(data => Bundle(tsm.GetReport(data), places)),
            "tdx_guest" => Tdx(data => Quote(tsm.GetReport(data).Report, places)),
            _ => throw new PlatformUnavailableException($"The kernel's report provider '{provider}' is not known to this version."),
        };
    }

    private static HardwarePlatform Snp(Func<byte[], EvidenceBundle> produce) => new(SevSnpVerifier.PlatformName, produce, bundle =>
        SnpReport.TryRead(bundle.Get(EvidencePart.Report).Span, out SnpReport? report) ? report.Measurement.ToArray() : throw NotReadable("an SNP report"));

    private static HardwarePlatform Tdx(Func<byte[], EvidenceBundle> produce) => new(DcapVerifier.TdxName, produce, bundle =>
        DcapQuote.TryRead(bundle.Get(EvidencePart.Report).Span, out DcapQuote? quote) is null && quote!.IsTdx ? new TdReport(quote.BodyBytes).ComputeMeasurement() : throw NotReadable("a TDX quote"));

    private static HardwarePlatform Sgx(Func<byte[], EvidenceBundle> produce) => new(DcapVerifier.SgxName, produce, bundle =>
        DcapQuote.TryRead(bundle.Get(EvidencePart.Report).Span, out DcapQuote? quote) is null && !quote!.IsTdx ? new EnclaveReport(quote.BodyBytes).MrEnclave.ToArray() : throw NotReadable("an SGX quote"));

    private static EvidenceBundle Bundle(TsmReport report, PlatformPlaces places)
    {
        EvidenceBundle bundle = new EvidenceBundle().Add(EvidencePart.Report, report.Report);
        SnpCertificateTable.AddTo(bundle, report.Auxiliary);
        new CollateralFolder(places.CollateralFolder).AddTo(bundle);
        return bundle;
    }

    /// <summary>Kernels give a padded buffer: only the quote itself travels.</summary>
    private static EvidenceBundle Quote(byte[] buffer, PlatformPlaces places)
    {
        int length = DcapQuote.TryRead(buffer, out DcapQuote? quote) is null ? quote!.Length : throw NotReadable("a quote");
        EvidenceBundle bundle = new EvidenceBundle().Add(EvidencePart.Report, buffer.AsMemory(0, length));
        new CollateralFolder(places.CollateralFolder).AddTo(bundle);
        return bundle;
    }

    /// <summary>SNP alone: a TDX machine's quote must be asked from the host's service, which is a request over the network.</summary>
    private static HardwarePlatform? FromAzure(PlatformPlaces places)
    {
        var tpm = new TpmCommands(places.Tpm);
        byte[] hcl;
        try
        {
            hcl = tpm.ReadNv(HclReportIndex);
        }
        catch (PlatformUnavailableException)
        {
            // A TPM without a paravisor's report: an ordinary machine.
            return null;
        }
        if (hcl.Length < MinHclSize || !HclReport.TryRead(hcl, out HclReport? report)) return null;
        if (report.Hardware != HclHardware.SevSnp) throw new PlatformUnavailableException($"An Azure machine with {report.Hardware} is not supported as a host in this version.");
        return new HardwarePlatform(AzureVerifier.SnpName, data => Azure(tpm, data, places), bundle => AzureVerifier.MeasurementOf(bundle, new AzurePolicy()) ?? throw NotReadable("a vTPM quote"));
    }

    private static EvidenceBundle Azure(TpmCommands tpm, byte[] reportData, PlatformPlaces places)
    {
        (byte[] message, byte[] signature) = tpm.QuotePcrs(AttestationKeyHandle, SHA256.HashData(reportData));
        EvidenceBundle bundle = new EvidenceBundle().Add(EvidencePart.HclReport, tpm.ReadNv(HclReportIndex))
            .Add(EvidencePart.TpmQuote, message).Add(EvidencePart.TpmSignature, signature).Add(EvidencePart.PcrValues, tpm.ReadPcrs()).Add(EvidencePart.ReportData, reportData);
        new CollateralFolder(places.CollateralFolder).AddTo(bundle);
        return bundle;
    }

    private static PlatformUnavailableException NotReadable(string what) => new($"The hardware did not give {what} that can be read.");
}
