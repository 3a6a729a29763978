using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Coco.Client;

/// <summary>One section that systemd's stub measures: first its name with a zero, then its content.</summary>
public readonly record struct MeasuredSection(string Name, ReadOnlyMemory<byte> NameDigest, ReadOnlyMemory<byte> ContentDigest);

/// <summary>
/// What a unified kernel image leads to: an EFI program of systemd's stub with the kernel, its initial file system and its command line in
/// sections, which the stub measures into PCR 11 before it uses them (systemd, src/fundamental/uki.h: the order is fixed).
/// </summary>
public sealed class UnifiedKernelImage
{
    private const int OldestStub = 252;

    /// <summary>Between the older list and today's: which of its sections it measures was not found out.</summary>
    private const int UnknownStub = 253;

    /// <summary>Larger than any file alignment: a section has no more in memory than its file and this.</summary>
    private const int MaxFill = 1 << 16;

    /// <summary>In the order of measurement, with the stub's version that began to measure them.</summary>
    private static readonly (string Name, int Since)[] Measured =
    [
        (".linux", OldestStub), (".osrel", OldestStub), (".cmdline", OldestStub), (".initrd", OldestStub), (".ucode", 256), (".splash", OldestStub), (".dtb", OldestStub),
        (".uname", 254), (".sbat", 254), (".pcrpkey", OldestStub),
    ];

    /// <summary>Which of these is measured is decided at boot, by a boot entry or the machine's model.</summary>
    private static readonly string[] Chosen = [".profile", ".dtbauto", ".hwids", ".efifw"];

    private readonly PeImage _image;

    private UnifiedKernelImage(PeImage image, string stub)
    {
        _image = image;
        Stub = stub;
    }

    /// <summary>The version of systemd's stub, such as "257.7-1".</summary>
    public string Stub { get; }

    /// <summary>The kernel inside, itself an EFI program; null where it cannot be read as one.</summary>
    public PeImage? Kernel => Find(".linux") is { } kernel && PeImage.TryRead(kernel.Content[..(int)Math.Min(kernel.Size, kernel.Content.Length)], out PeImage? read) ? read : null;

    /// <summary>Null where the program is no unified kernel image. Throws <see cref="UnknownEvidenceException"/> with one sentence where it is one of a kind that is not known.</summary>
    public static UnifiedKernelImage? TryOpen(PeImage image)
    {
        var opened = new UnifiedKernelImage(image, SystemdProgram.VersionOf(image, "systemd-stub"));
        if (opened.Find(".linux") is null) return null;
        if (opened.Version is not { } version || version is < OldestStub or UnknownStub)
            throw new UnknownEvidenceException("The image has a .linux section and not systemd's stub of version 252, 254 or later: what its stub measures is not known.");
        foreach (PeSection section in image.Sections)
        {
            if (Chosen.Contains(section.Name)) throw new UnknownEvidenceException($"The image has a section {section.Name}: what is measured is decided at boot.");
            if (opened.IsMeasured(section.Name) && (section.Size > section.Content.Length + (long)MaxFill || image.Sections.Count(other => other.Name == section.Name) > 1))
                throw new UnknownEvidenceException($"The image's section {section.Name} is there more than once, or larger than the file holds.");
        }
        return opened;
    }

    /// <summary>The events of PCR 11, in their order; on TDX they go into RTMR2, among others.</summary>
    public IReadOnlyList<MeasuredSection> Sections(HashAlgorithmName bank) =>
        [.. Measured.Where(known => IsMeasured(known.Name)).Select(known => Find(known.Name)).OfType<PeSection>().Select(section => Measure(section, bank))];

    /// <summary>PCR 11 after the stub, and after the phases of the boot that systemd-pcrphase measures one by one.</summary>
    public byte[] ComputePcr11(HashAlgorithmName bank, IEnumerable<string> phases) => MeasuredLog.Replay(bank,
    [
        .. Sections(bank).SelectMany(section => (ReadOnlyMemory<byte>[])[section.NameDigest, section.ContentDigest]),
        .. phases.Select(phase => (ReadOnlyMemory<byte>)CryptographicOperations.HashData(bank, Encoding.UTF8.GetBytes(phase))),
    ]);

    /// <summary>
    /// PCR 4 of a machine whose firmware, of EDK II, starts this image by the first boot option that it tries, or systemd-boot which starts the image
    /// (<see cref="FirmwareBoot"/>). Null where the stub's version leaves open what is measured.
    /// </summary>
    public byte[]? ComputePcr4(HashAlgorithmName bank, PeImage? loader = null, bool isSecureBoot = false)
    {
        if (HasKernelMeasured(isSecureBoot) is not { } isMeasured || isMeasured && Kernel is null) return null;
        PeImage?[] programs = [loader, _image, isMeasured ? Kernel : null];
        return FirmwareBoot.ComputePcr4(bank, [.. programs.OfType<PeImage>().Select(program => (ReadOnlyMemory<byte>)program.ComputeDigest(bank))]);
    }

    /// <summary>
    /// Whether the stub has firmware load the kernel inside, which measures it, as boots of these versions had it; null for versions of which no boot was there. From 258 on
    /// the stub loads it itself (systemd's pull request 37372). Under Secure Boot the older ones pass over firmware's check of the kernel,
    /// and with it over its measurement (systemd 257, src/boot/secure-boot.c: install_security_override).
    /// </summary>
    public bool? HasKernelMeasured(bool isSecureBoot) => Version switch
    {
        252 or 254 or 257 => !isSecureBoot,
        262 => false,
        _ => null,
    };

    private int? Version => int.TryParse(Stub.AsSpan(0, Stub.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end && end < 0 ? Stub.Length : end), CultureInfo.InvariantCulture, out int version) ? version : null;

    private bool IsMeasured(string name) => Array.Exists(Measured, known => known.Name == name && Version >= known.Since);

    /// <summary>The stub passes over empty sections.</summary>
    private PeSection? Find(string name)
    {
        foreach (PeSection section in _image.Sections)
            if (section.Name == name && section.Size > 0) return section;
        return null;
    }

    private static MeasuredSection Measure(in PeSection section, HashAlgorithmName bank)
    {
        using var digest = IncrementalHash.CreateHash(bank);
        int inFile = (int)Math.Min(section.Size, section.Content.Length);
        digest.AppendData(section.Content.Span[..inFile]);
        digest.AppendData(new byte[section.Size - inFile]);
        return new MeasuredSection(section.Name, CryptographicOperations.HashData(bank, [.. Encoding.Latin1.GetBytes(section.Name), 0]), digest.GetHashAndReset());
    }
}
