using System.Security.Cryptography;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Tee;

/// <summary>The ways to hardware, against stand-ins of their files and devices; none of this ran on hardware.</summary>
public sealed class PlatformTests : IDisposable
{
    private static readonly SnpFixture Amd = new();

    private readonly string _root = Directory.CreateTempSubdirectory("coco-platform").FullName;
    private readonly byte[] _reportData = RandomNumberGenerator.GetBytes(64);

    public void Dispose()
    {
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void A_guest_with_the_kernels_report_interface_makes_evidence_that_verifies()
    {
        var kernel = new StandInKernel(_root + ConfigFsTsm.SystemFolder, "sev_guest", Report, Table());
        kernel.Install();
        HardwarePlatform platform = PlatformDetection.Find(Places() with { Written = kernel.OnWritten })!;
        Evidence evidence = platform.Produce(_reportData);
        Assert.Equal(("sev-snp", true), (platform.Name, platform.IsProtected));
        EvidenceVerdict verdict = new SevSnpVerifier().Verify(evidence.Bytes.Span, Amd.Policy with { ReportData = [.. _reportData] }, Now);
        Assert.True(verdict.Holds, verdict.Refusal?.Reason);
        Assert.Equal(platform.Measurement.ToArray(), verdict.Claims.Measurement.ToArray());
        Assert.Empty(Directory.GetDirectories(_root + ConfigFsTsm.SystemFolder));
    }

    [Fact]
    public void A_report_that_another_writer_may_have_changed_is_asked_for_again_and_then_refused()
    {
        var kernel = new StandInKernel(_root, "sev_guest", Report, []);
        kernel.Install();
        int disturbed = 0;
        // A second write of the input between the report and the second look at the generation.
        var once = new ConfigFsTsm(_root, kernel.OnWritten, entry => { if (disturbed++ == 0) kernel.OnWritten(entry, "inblob"); });
        Assert.Equal(SnpReport.Size, once.GetReport(_reportData).Report.Length);
        Assert.Equal(3, kernel.Requests);
        var always = new ConfigFsTsm(_root, kernel.OnWritten, entry => kernel.OnWritten(entry, "inblob"));
        Assert.Contains("keeps writing", Assert.Throws<PlatformUnavailableException>(() => always.GetReport(_reportData)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_that_fails_or_gives_nothing_is_one_sentence()
    {
        var empty = new StandInKernel(_root, "sev_guest", _ => [], []);
        empty.Install();
        Assert.Throws<PlatformUnavailableException>(() => new ConfigFsTsm(_root, empty.OnWritten).GetReport(_reportData));
        Assert.Throws<PlatformUnavailableException>(() => new ConfigFsTsm(_root).GetReport(_reportData));
        var other = new StandInKernel(_root + ConfigFsTsm.SystemFolder, "arm_cca_guest", Report, []);
        other.Install();
        Assert.Throws<PlatformUnavailableException>(() => PlatformDetection.Find(Places() with { Written = other.OnWritten }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_guest_with_the_device_alone_makes_evidence_that_verifies(bool hasTable)
    {
        string folder = Collateral();
        var devices = new StandInDevices(SevGuestDevice.SystemDevice, Report) { Certificates = hasTable ? Table() : null };
        HardwarePlatform platform = PlatformDetection.Find(Places() with { Control = devices, CollateralFolder = folder })!;
        EvidenceVerdict verdict = new SevSnpVerifier().Verify(platform.Produce(_reportData).Bytes.Span, Amd.Policy with { ReportData = [.. _reportData] }, Now);
        Assert.True(verdict.Holds, verdict.Refusal?.Reason);
        devices.FirmwareStatus = 0x16;
        Assert.Throws<PlatformUnavailableException>(() => platform.Produce(_reportData));
        devices.Error = 5;
        Assert.Throws<PlatformUnavailableException>(() => platform.Produce(_reportData));
    }

    [Fact]
    public void A_TDX_guest_reads_its_own_measurement_and_needs_the_kernel_for_quotes()
    {
        byte[] report = [.. Enumerable.Range(0, 1024).Select(place => (byte)(place * 7))];
        var devices = new StandInDevices(TdxGuestDevice.SystemDevice, _ => report);
        Assert.Throws<PlatformUnavailableException>(() => PlatformDetection.Find(Places() with { Control = devices }));
        byte[] read = new TdxGuestDevice(devices).GetReport(_reportData);
        Assert.Equal(report, read);
        byte[] body = new byte[TdReport.Size10];
        read.AsSpan(512 + 16, 48).CopyTo(body.AsSpan(136));
        read.AsSpan(512 + 16 + 4 * 48, 4 * 48).CopyTo(body.AsSpan(328));
        Assert.Equal(new TdReport(body).ComputeMeasurement(), TdxGuestDevice.MeasurementOf(read));
    }

    [Fact]
    public void A_TDX_guest_gives_the_quote_without_the_kernels_padding()
    {
        if (Vectors.Read("dcap/tdx-v4/quote.bin") is not { } quote) return;
        byte[] padded = [.. quote, .. new byte[8000 - quote.Length]];
        var kernel = new StandInKernel(_root + ConfigFsTsm.SystemFolder, "tdx_guest", _ => padded, []);
        kernel.Install();
        string folder = Directory.CreateDirectory(Path.Combine(_root, "collateral")).FullName;
        File.WriteAllBytes(Path.Combine(folder, "collateral.json"), Vectors.Read("dcap/tdx-v4/collateral.json")!);
        HardwarePlatform platform = PlatformDetection.Find(Places() with { Written = kernel.OnWritten, CollateralFolder = folder })!;
        Evidence evidence = platform.Produce(_reportData);
        Assert.True(EvidenceBundle.TryDecode(evidence.Bytes.Span, out EvidenceBundle? bundle));
        Assert.True(bundle.Get(EvidencePart.Report).Length < quote.Length);
        ulong at = (ulong)new DateTimeOffset(2025, 6, 25, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Assert.True(EvidenceVerifiers.All.Verify(evidence, EvidencePolicyDefaults.Any, at).Holds);
    }

    [Fact]
    public void An_enclave_under_a_library_OS_gives_its_quote()
    {
        if (Vectors.Read("dcap/sgx-v3/quote.bin") is not { } quote) return;
        string folder = Directory.CreateDirectory(_root + GramineFiles.SystemFolder).FullName;
        File.WriteAllBytes(Path.Combine(folder, "user_report_data"), new byte[64]);
        File.WriteAllText(Path.Combine(folder, "attestation_type"), "dcap\n");
        byte[]? asked = null;
        HardwarePlatform platform = PlatformDetection.Find(Places() with { Written = Quote })!;
        Assert.Equal("sgx", platform.Name);
        Assert.Equal(32, platform.Measurement.Length);
        platform.Produce(_reportData);
        Assert.Equal(_reportData, asked);
        File.WriteAllText(Path.Combine(folder, "attestation_type"), "none\n");
        Assert.Throws<PlatformUnavailableException>(() => platform.Produce(_reportData));

        void Quote(string entry, string name)
        {
            asked = File.ReadAllBytes(Path.Combine(entry, name));
            File.WriteAllBytes(Path.Combine(entry, "quote"), quote);
        }
    }

    [Fact]
    public void An_Azure_machine_quotes_its_boot_and_the_evidence_verifies()
    {
        using var key = RSA.Create(2048);
        var tpm = new StandInTpm(StandInTpm.Hcl(key, Report), key);
        HardwarePlatform platform = PlatformDetection.Find(Places() with { Tpm = tpm, CollateralFolder = Collateral() })!;
        Evidence evidence = platform.Produce(_reportData);
        EvidenceVerdict verdict = AzureVerifier.SevSnp.Verify(evidence.Bytes.Span, Amd.Policy with { ReportData = [.. _reportData] }, Now);
        Assert.True(verdict.Holds, $"{verdict.Refusal?.Check}: {verdict.Refusal?.Reason}");
        Assert.Equal(platform.Measurement.ToArray(), verdict.Claims.Measurement.ToArray());
        tpm.Pcrs[4 * 32] ^= 1;
        EvidenceVerdict other = AzureVerifier.SevSnp.Verify(platform.Produce(_reportData).Bytes.Span, Amd.Policy with { IsAnyMeasurementAccepted = false, Measurements = [Convert.ToHexStringLower(platform.Measurement.Span)] }, Now);
        Assert.Equal(EvidenceCheck.Measurement, other.Refusal?.Check);
    }

    [Fact]
    public void A_TPM_that_has_not_begun_a_command_is_asked_again_and_not_for_ever()
    {
        using var key = RSA.Create(2048);
        var tpm = new StandInTpm(StandInTpm.Hcl(key, Report), key) { Refusals = 3 };
        Assert.NotEmpty(new TpmCommands(tpm).ReadPcrs());
        tpm.Refusals = 100;
        Assert.Contains("0x922", Assert.Throws<PlatformUnavailableException>(() => new TpmCommands(tpm).ReadPcrs()).Message, StringComparison.Ordinal);
    }

    /// <summary>The commands are read, and the quote is made, by a TPM that others wrote.</summary>
    [SoftwareTpmFact]
    public async Task An_Azure_machine_quotes_its_boot_by_a_TPM_of_libtpms()
    {
        using SoftwareTpm tpm = await SoftwareTpm.StartAsync(Path.Combine(_root, "tpm"));
        using RSA key = tpm.MakeAttestationKey();
        // An index of this TPM has at most 2,048 bytes; behind its claims the report has zeros.
        tpm.WriteNv(0x0140_0001, StandInTpm.Hcl(key, Report)[..2048]);
        tpm.Extend(4, "a boot loader"u8);
        HardwarePlatform platform = PlatformDetection.Find(Places() with { Tpm = tpm, CollateralFolder = Collateral() })!;
        EvidenceVerdict verdict = AzureVerifier.SevSnp.Verify(platform.Produce(_reportData).Bytes.Span, Amd.Policy with { ReportData = [.. _reportData] }, Now);
        Assert.True(verdict.Holds, $"{verdict.Refusal?.Check}: {verdict.Refusal?.Reason}");
        Assert.Equal(platform.Measurement.ToArray(), verdict.Claims.Measurement.ToArray());
        tpm.Extend(11, "an image"u8);
        EvidenceVerdict other = AzureVerifier.SevSnp.Verify(platform.Produce(_reportData).Bytes.Span, Amd.Policy with { IsAnyMeasurementAccepted = false, Measurements = [Convert.ToHexStringLower(platform.Measurement.Span)] }, Now);
        Assert.Equal(EvidenceCheck.Measurement, other.Refusal?.Check);
    }

    [Fact]
    public async Task An_Azure_TDX_machine_asks_the_hosts_service_for_the_quote_of_its_report_once()
    {
        if (Vectors.Read("dcap/tdx-v4/quote.bin") is not { } quote) return;
        using var key = RSA.Create(2048);
        byte[] report = RandomNumberGenerator.GetBytes(1024);
        var tpm = new StandInTpm(StandInTpm.Hcl(key, _ => report, HclHardware.Tdx), key);
        using var service = new StandInQuoteService(quote);
        HardwarePlatform platform = await Task.Run(() => PlatformDetection.Open("azure-tdx", Places() with { Tpm = tpm, Quotes = new AzureQuoteService(service.Address) }));
        Evidence evidence = await Task.Run(() => platform.Produce(_reportData));
        Assert.Equal(report, Assert.Single(service.Asked));
        Assert.True(EvidenceBundle.TryDecode(evidence.Bytes.Span, out EvidenceBundle? bundle));
        Assert.True(quote.AsSpan().StartsWith(bundle.Get(EvidencePart.Report).Span));
        // The quote is genuine and of another machine than this vTPM's: the verifier must see that.
        TeePolicy policy = EvidencePolicyDefaults.Any with { Platforms = ["azure-tdx"], Tdx = new DcapPolicy { IsCollateralRequired = false } };
        ulong at = (ulong)new DateTimeOffset(2025, 6, 25, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        Assert.Equal(EvidenceCheck.HclBinding, EvidenceVerifiers.All.Verify(evidence, policy, at).Refusal?.Check);
        service.Status = 503;
        Assert.Throws<PlatformUnavailableException>(() => PlatformDetection.Open("azure-tdx", Places() with { Tpm = tpm, Quotes = new AzureQuoteService(service.Address) }));
    }

    [Fact]
    public void A_machine_that_VBS_alone_isolates_is_refused_as_a_host()
    {
        using var key = RSA.Create(2048);
        var tpm = new StandInTpm(StandInTpm.Hcl(key, _ => new byte[1184], HclHardware.Vbs), key);
        Assert.Contains("Vbs", Assert.Throws<PlatformUnavailableException>(() => PlatformDetection.Open("auto", Places() with { Tpm = tpm })).Message, StringComparison.Ordinal);
        Assert.Throws<PlatformUnavailableException>(() => PlatformDetection.Open("vbs", Places()));
    }

    [Fact]
    public void A_platform_that_is_asked_for_by_name_is_that_one_or_an_error_and_never_the_software_platform()
    {
        var devices = new StandInDevices(SevGuestDevice.SystemDevice, Report) { Certificates = Table() };
        PlatformPlaces guest = Places() with { Control = devices };
        Assert.Equal("sev-snp", PlatformDetection.Open("sev-snp", guest).Name);
        Assert.Equal("sev-snp", PlatformDetection.Open("auto", guest).Name);
        foreach (string other in (string[])["tdx", "sgx", "azure-sev-snp", "azure-tdx", "vbs", "software", "no such"])
            Assert.Throws<PlatformUnavailableException>(() => PlatformDetection.Open(other, guest));
        Assert.Throws<PlatformUnavailableException>(() => PlatformDetection.Open("auto", Places()));
    }

    [Fact]
    public void A_way_to_the_platform_that_is_asked_for_is_found_behind_one_to_another()
    {
        // The kernel reports as an SNP guest, and an SGX library OS is there too: each is found by its name.
        var kernel = new StandInKernel(_root + ConfigFsTsm.SystemFolder, "sev_guest", Report, Table());
        kernel.Install();
        Assert.Equal("sev-snp", PlatformDetection.Open("auto", Places() with { Written = kernel.OnWritten }).Name);
        if (Vectors.Read("dcap/sgx-v3/quote.bin") is not { } quote) return;
        string folder = Directory.CreateDirectory(_root + GramineFiles.SystemFolder).FullName;
        File.WriteAllBytes(Path.Combine(folder, "user_report_data"), new byte[64]);
        File.WriteAllBytes(Path.Combine(folder, "quote"), quote);
        Assert.Equal("sgx", PlatformDetection.Open("sgx", Places() with { Written = kernel.OnWritten }).Name);
    }

    [Fact]
    public void The_processors_key_seals_for_this_guest_and_a_platform_without_one_says_so()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        StandInDevices With(byte[]? sealingKey) => new(SevGuestDevice.SystemDevice, Report) { Certificates = Table(), SealingKey = sealingKey };
        using PlatformSealing sealing = PlatformDetection.Open("sev-snp", Places() with { Control = With(key) }).TryOpenSealing()!;
        byte[] content = sealing.Seal("restart", "secret"u8);
        using PlatformSealing again = PlatformDetection.Open("sev-snp", Places() with { Control = With(key) }).TryOpenSealing()!;
        Assert.True(again.TryUnseal("restart", content, out byte[]? opened));
        Assert.Equal("secret"u8.ToArray(), opened);
        using PlatformSealing other = PlatformDetection.Open("sev-snp", Places() with { Control = With(RandomNumberGenerator.GetBytes(32)) }).TryOpenSealing()!;
        Assert.False(other.TryUnseal("restart", content, out _));
        Assert.Null(PlatformDetection.Open("sev-snp", Places() with { Control = With(null) }).TryOpenSealing());
    }

    [Fact]
    public void A_library_OS_gives_the_sealing_key_of_the_enclave_where_its_manifest_asks_for_it()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, "keys")).FullName;
        var gramine = new GramineFiles(_root);
        Assert.Null(gramine.TryReadSealingKey());
        File.WriteAllBytes(Path.Combine(folder, "_sgx_mrenclave"), new byte[16]);
        using Crypto.SecretKey? key = gramine.TryReadSealingKey();
        Assert.NotNull(key);
        File.WriteAllBytes(Path.Combine(folder, "_sgx_mrenclave"), new byte[15]);
        Assert.Null(gramine.TryReadSealingKey());
    }

    [Fact]
    public void A_machine_without_a_TEE_has_none() => Assert.Null(PlatformDetection.Find(Places()));

    private static ulong Now => (ulong)SnpFixture.Now.ToUnixTimeMilliseconds();

    private PlatformPlaces Places() => new(_root, new StandInDevices("none", _ => []), new LinuxTpmDevice(Path.Combine(_root, "no-tpm")), null);

    private byte[] Report(byte[] reportData) => Amd.Report(report => reportData.CopyTo(report, 0x50));

    private string Collateral()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, "collateral")).FullName;
        int number = 0;
        foreach (ReadOnlyMemory<byte> der in Amd.Bundle([]).All(EvidencePart.Certificate)) File.WriteAllBytes(Path.Combine(folder, $"{number++}.der"), der.ToArray());
        File.WriteAllBytes(Path.Combine(folder, "ark.crl"), Amd.List(isRevoked: false));
        return folder;
    }

    /// <summary>The host's table: VCEK, ASK, ARK.</summary>
    private byte[] Table()
    {
        ReadOnlyMemory<byte>[] ders = [.. Amd.Bundle([]).All(EvidencePart.Certificate)];
        string[] kinds = ["63da758d-e664-4564-adc5-f4b93be8accd", "4ab7b379-bbac-4fe4-a02f-05aef327c782", "c0b406a4-a803-4952-9743-3fb6014cd0ae"];
        int place = 4 * 24;
        byte[] entries = [];
        byte[] contents = [];
        foreach ((string kind, ReadOnlyMemory<byte> der) in kinds.Zip(ders))
        {
            entries = [.. entries, .. new Guid(kind).ToByteArray(), .. BitConverter.GetBytes(place), .. BitConverter.GetBytes(der.Length)];
            contents = [.. contents, .. der.Span];
            place += der.Length;
        }
        return [.. entries, .. new byte[24], .. contents];
    }
}
