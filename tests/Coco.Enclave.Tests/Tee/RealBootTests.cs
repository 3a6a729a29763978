using System.Security.Cryptography;
using Coco.Client;

namespace Coco.Enclave.Tests.Tee;

/// <summary>What a unified kernel image leads to, against virtual machines that booted one: their logs, and the PCRs that their TPMs showed (docs/operations/attestation.md has how).</summary>
public sealed class RealBootTests
{
    /// <summary>Each log is of other firmware, another stub or another way to it. PCR 10 is not among the values: the running kernel goes on to extend it.</summary>
    public static TheoryData<string, string> Boots => new()
    {
        { "252", "252.39-1" }, { "254-systemd-boot", "254.26-1" }, { "257-systemd-boot", "257.13-1" }, { "257-second-option", "257.13-1" }, { "257-secure-boot", "257.13-1" }, { "262", "262.1-1" },
    };

    [Theory]
    [MemberData(nameof(Boots))]
    public void The_log_of_a_boot_leads_to_the_PCRs_that_its_TPM_showed(string boot, string stub)
    {
        EventLogSample sample = EventLogSample.Booted(boot);
        MeasuredLog log = MeasuredLog.ReadTpm(sample.Bytes);
        Assert.Equal([.. Enumerable.Range(0, 10), .. Enumerable.Range(11, 5)], sample.Expected.Keys);
        foreach ((int pcr, string expected) in sample.Expected) Assert.Equal(expected, Hex(log.ValueOf(pcr)));
        Assert.StartsWith(stub[..3], boot, StringComparison.Ordinal);
    }

    /// <summary>The programs' digests are computed of their files, and not taken from the log.</summary>
    [Theory]
    [MemberData(nameof(Boots))]
    public void PCR_4_is_that_firmware_calls_a_program_the_programs_and_the_kernel_inside_where_the_stub_has_it_loaded(string boot, string stub)
    {
        EventLogSample sample = EventLogSample.Booted(boot);
        string[] programs = Unified(stub).HasKernelMeasured(boot.EndsWith("secure-boot", StringComparison.Ordinal)) == true ? ["loader", "application", "kernel"] : ["loader", "application"];
        (string Sha256, string Sha384)[] digests = [.. programs.Where(sample.Named.ContainsKey).Select(name => sample.Named[name])];
        (string Sha256, string Sha384) made = (Pcr4(HashAlgorithmName.SHA256, digests.Select(digest => digest.Sha256)), Pcr4(HashAlgorithmName.SHA384, digests.Select(digest => digest.Sha384)));
        // An option that failed before it has left its events.
        if (boot == "257-second-option") Assert.True(made.Sha256 != sample.Named["pcr4"].Sha256 && made.Sha384 != sample.Named["pcr4"].Sha384);
        else Assert.Equal(sample.Named["pcr4"], made);
    }

    /// <summary>The images had no microcode, no splash and no device tree.</summary>
    [Theory]
    [MemberData(nameof(Boots))]
    public void PCR_11_has_the_names_of_the_sections_in_the_order_of_the_stubs_version(string boot, string stub)
    {
        MeasuredEvent[] made = [.. MeasuredLog.ReadTpm(EventLogSample.Booted(boot).Bytes).Events.Where(known => known.Register == 11)];
        IEnumerable<string> names = Unified(stub).Sections(HashAlgorithmName.SHA256).Where(section => section.Name is not (".ucode" or ".splash" or ".dtb")).Select(section => Hex(section.NameDigest.ToArray()));
        Assert.Equal(names, made.Where((_, number) => number % 2 == 0).Select(known => Hex(known.Digest.ToArray())));
    }

    [Fact]
    public void PCR_4_of_an_image_is_of_itself_its_loader_and_its_kernel()
    {
        PeImage loader = Image(PeSample.Make([(".sdmagic", "#### LoaderInfo: systemd-boot 257.13-1 ####\0"u8.ToArray())])), image = Image(PeSample.Unified("257.13-1"));
        UnifiedKernelImage unified = UnifiedKernelImage.TryOpen(image)!;
        string Of(params PeImage[] programs) => Pcr4(HashAlgorithmName.SHA256, programs.Select(program => Hex(program.ComputeDigest(HashAlgorithmName.SHA256))));
        Assert.Equal(Of(image, unified.Kernel!), Hex(unified.ComputePcr4(HashAlgorithmName.SHA256)!));
        Assert.Equal(Of(loader, image, unified.Kernel!), Hex(unified.ComputePcr4(HashAlgorithmName.SHA256, loader)!));
        Assert.True(FirmwareBoot.IsSystemdBoot(loader) && !FirmwareBoot.IsSystemdBoot(image));
        Assert.Equal(Of(loader, image), Hex(unified.ComputePcr4(HashAlgorithmName.SHA256, loader, isSecureBoot: true)!));
        PeImage newer = Image(PeSample.Unified("262.1-1"));
        Assert.Equal(Of(newer), Hex(UnifiedKernelImage.TryOpen(newer)!.ComputePcr4(HashAlgorithmName.SHA256)!));
    }

    [Theory]
    [InlineData("255.4")]
    [InlineData("256.7")]
    [InlineData("258.1")]
    [InlineData("261")]
    [InlineData("263")]
    public void PCR_4_is_not_said_of_stubs_that_were_not_booted(string stub) => Assert.Null(Unified(stub).ComputePcr4(HashAlgorithmName.SHA256));

    private static string Pcr4(HashAlgorithmName bank, IEnumerable<string> digests) => Hex(FirmwareBoot.ComputePcr4(bank, [.. digests.Select(digest => (ReadOnlyMemory<byte>)Convert.FromHexString(digest))]));

    private static UnifiedKernelImage Unified(string stub) => UnifiedKernelImage.TryOpen(Image(PeSample.Unified(stub)))!;

    private static PeImage Image(byte[] bytes)
    {
        Assert.True(PeImage.TryRead(bytes, out PeImage? image));
        return image;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
