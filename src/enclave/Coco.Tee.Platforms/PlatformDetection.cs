namespace Coco.Tee.Platforms;

/// <summary>Where to look for hardware: the system itself, or stand-ins of it.</summary>
/// <param name="Root">Before every path; "" for the system.</param>
/// <param name="CollateralFolder">See <see cref="Platforms.CollateralFolder"/>.</param>
public sealed record PlatformPlaces(string Root, IDeviceControl Control, ITpmDevice Tpm, string? CollateralFolder)
{
    /// <summary>What a stand-in does after a file was written, by folder and name; null on a system.</summary>
    internal Action<string, string>? Written { get; init; }

    /// <summary>Azure's, for TDX machines there.</summary>
    public IQuoteService Quotes { get; init; } = new AzureQuoteService();

    public static PlatformPlaces System(string? collateralFolder) => new(
        "", new LinuxDeviceControl(), OperatingSystem.IsWindows() ? new WindowsTpmDevice() : new LinuxTpmDevice(), collateralFolder);
}

/// <summary>Finds the TEE that this program runs in.</summary>
public static class PlatformDetection
{
    /// <summary>In a node's configuration: whatever hardware is there. Never the software platform.</summary>
    public const string Auto = "auto";

    /// <summary>The kernel's report interface first, then devices, a library OS, Azure's vTPM.</summary>
    private static readonly (string[] Gives, Func<PlatformPlaces, HardwarePlatform?> TryOpen)[] Ways =
    [
        ([SevSnpVerifier.PlatformName, DcapVerifier.TdxName], FromTsm),
        ([SevSnpVerifier.PlatformName], FromSevGuest),
        ([DcapVerifier.TdxName], FromTdxGuest),
        ([DcapVerifier.SgxName], FromGramine),
        ([AzureVerifier.SnpName, AzureVerifier.TdxName], AzureMachine.TryOpen),
    ];

    /// <summary>What a configuration can ask for beside <see cref="Auto"/> and the software platform.</summary>
    public static IEnumerable<string> Names => Ways.SelectMany(way => way.Gives).Distinct();

    /// <summary>
    /// The platform of that name, or with <see cref="Auto"/> the first that is there. Throws <see cref="PlatformUnavailableException"/>
    /// where there is none: a node that was to be protected never runs unprotected instead.
    /// </summary>
    public static HardwarePlatform Open(string wanted, PlatformPlaces places)
    {
        if (wanted == VbsVerifier.PlatformName) throw VbsHost.Refusal();
        if (wanted != Auto && !Names.Contains(wanted))
            throw new PlatformUnavailableException($"The platform '{wanted}' is not in this version; it has {string.Join(", ", Names)}, software, and {Auto} for whatever is there.");
        return Find(places, wanted == Auto ? null : wanted) ?? throw new PlatformUnavailableException(wanted == Auto
            ? "This machine shows no TEE that this version knows. To run without any protection, ask for the platform 'software' by name."
            : $"This machine does not show the platform '{wanted}'.");
    }

    /// <summary>Null: no TEE that this version knows, or not the one of that name.</summary>
    public static HardwarePlatform? Find(PlatformPlaces places, string? wanted = null) => Ways
        .Where(way => wanted is null || way.Gives.Contains(wanted)).Select(way => way.TryOpen(places))
        .FirstOrDefault(found => found is not null && (wanted is null || found.Name == wanted));

    private static HardwarePlatform? FromTsm(PlatformPlaces places)
    {
        var tsm = new ConfigFsTsm(places.Root + ConfigFsTsm.SystemFolder, places.Written);
        if (!tsm.IsThere) return null;
        string provider = tsm.GetReport(new byte[AttestationClaims.ReportDataSize]).Provider;
        return provider switch
        {
            "sev_guest" => Snp(data => Bundle(tsm.GetReport(data), places), places),
            "tdx_guest" => Tdx(data => Quote(tsm.GetReport(data).Report, places)),
            _ => throw new PlatformUnavailableException($"The kernel's report provider '{provider}' is not known to this version."),
        };
    }

    private static HardwarePlatform? FromSevGuest(PlatformPlaces places)
    {
        var device = new SevGuestDevice(places.Control);
        return device.IsThere ? Snp(data => Bundle(device.GetReport(data), places), places) : null;
    }

    private static HardwarePlatform? FromTdxGuest(PlatformPlaces places) => new TdxGuestDevice(places.Control).IsThere
        ? throw new PlatformUnavailableException($"This is a TDX guest, but quotes need the kernel's {ConfigFsTsm.SystemFolder} (Linux 6.7 or later, configfs mounted).")
        : null;

    private static HardwarePlatform? FromGramine(PlatformPlaces places)
    {
        var gramine = new GramineFiles(places.Root + GramineFiles.SystemFolder, () => places.Written?.Invoke(places.Root + GramineFiles.SystemFolder, "user_report_data"));
        return !gramine.IsThere ? null : new HardwarePlatform(DcapVerifier.SgxName, data => Quote(gramine.GetQuote(data), places), bundle =>
            DcapQuote.TryRead(bundle.Get(EvidencePart.Report).Span, out DcapQuote? quote) is null && !quote!.IsTdx ? new EnclaveReport(quote.BodyBytes).MrEnclave.ToArray() : throw NotReadable("an SGX quote"))
        {
            SealingKey = gramine.TryReadSealingKey,
        };
    }

    private static HardwarePlatform Snp(Func<byte[], EvidenceBundle> produce, PlatformPlaces places) => new(SevSnpVerifier.PlatformName, produce, bundle =>
        SnpReport.TryRead(bundle.Get(EvidencePart.Report).Span, out SnpReport? report) ? report.Measurement.ToArray() : throw NotReadable("an SNP report"))
    {
        SealingKey = new SevGuestDevice(places.Control).TryDeriveSealingKey,
    };

    private static HardwarePlatform Tdx(Func<byte[], EvidenceBundle> produce) => new(DcapVerifier.TdxName, produce, bundle =>
        DcapQuote.TryRead(bundle.Get(EvidencePart.Report).Span, out DcapQuote? quote) is null && quote!.IsTdx ? new TdReport(quote.BodyBytes).ComputeMeasurement() : throw NotReadable("a TDX quote"));

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

    private static PlatformUnavailableException NotReadable(string what) => new($"The hardware did not give {what} that can be read.");
}
