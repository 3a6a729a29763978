using System.Buffers.Binary;
using System.Security.Cryptography;
using Coco.Client;

namespace Coco.Enclave.Tests.Tee;

/// <summary>
/// What EFI programs lead to. The values of programs are what pesign 0.112 says of the same bytes (pesign -h -i FILE), those of SHA-384 what osslsigncode 2.9 says
/// after it signed them (sign -h sha384, verify); those of PCR 11 what systemd-measure of 252 and of 257 calculates of the sections' files.
/// </summary>
public sealed class ImageMeasurementTests
{
    private const string AllPhases = "enter-initrd:leave-initrd:sysinit:ready";

    [Theory]
    [InlineData("252.39-1", "304c1b97bf76ca0647d829a90c5b37b40ad3c544d266e147866cb5dbcd1037d0", "8f65778e00a62797d467e7143a03ac8a824c9d62e5d9e45be2cf22a1725c1ca286413be9fb09745432fcb123ed9ef72e")]
    [InlineData("257.13-1", "12f1b4234207226240bd7066a0c39cc8a26e8e1af98bafab0024c54dfbfc83f2", "6bfa8e45cdc251f33409fbca29d050d4fe6834c5fd5ecafc249d998ae42667c748404e0aae3f66b8dcb02727142d986a")]
    public void Firmware_measures_the_digest_that_signatures_are_made_of(string stub, string sha256, string sha384)
    {
        PeImage image = Image(PeSample.Unified(stub));
        Assert.Equal(sha256, Hex(image.ComputeDigest(HashAlgorithmName.SHA256)));
        Assert.Equal(sha384, Hex(image.ComputeDigest(HashAlgorithmName.SHA384)));
        Assert.Equal("43777b62c13a7f20dac26d4d6834ca9999979f6cd33769859559801eeab373b1", Hex(UnifiedKernelImage.TryOpen(image)!.Kernel!.ComputeDigest(HashAlgorithmName.SHA256)));
    }

    [Theory]
    [InlineData("252.39-1", "", "625b2bf08eec1f992477e8ec7322ff0bbdc26e2246da8ccb179780887ae5a1bd", "33d33d579d958618d31d653b6b46d1f0ad5b80b1437b0b84b1381e1ae98954a311dd552e221d488dc21953915347e2de")]
    [InlineData("252.39-1", AllPhases, "da241c79ce323de42eecdb98e18ebe5cd2c9cba8ab5fd4094b3c28922fba79aa", "de24c6ccfbebaf7fc20957787a27303246a72347aba15e6c9fee55d41bd068059b2a6cdfff0f521abea632077630b060")]
    [InlineData("257.13-1", "", "d612d2743e1c533353cf635fdb0fea975a34c8c0548a301edf84530d03f92caf", "15b383e72d53c0e5a434cfa5b6ff8e54eafe2945e63d5cede1855b7ae46d886fb700d324d692de4655c9e47cc442baa5")]
    [InlineData("257.13-1", AllPhases, "84e3f87b50942d0ee4171bfefa84a6a43f5e207a59300104cc5ecc9b48395632", "c85ae0bf98790c85c04ba61c398d6162c375dd36f5707379721713c26c0ae64b68c3f99884f8a6817d752ab86aef6996")]
    public void A_stub_measures_its_sections_in_its_versions_order_and_the_boot_its_phases(string stub, string phases, string sha256, string sha384)
    {
        UnifiedKernelImage unified = Unified(PeSample.Unified(stub));
        string[] named = phases.Split(':', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(stub, unified.Stub);
        Assert.Equal(sha256, Hex(unified.ComputePcr11(HashAlgorithmName.SHA256, named)));
        Assert.Equal(sha384, Hex(unified.ComputePcr11(HashAlgorithmName.SHA384, named)));
    }

    [Fact]
    public void The_events_of_a_section_are_its_name_with_a_zero_and_its_content()
    {
        IReadOnlyList<MeasuredSection> sections = Unified(PeSample.Unified("257.13-1")).Sections(HashAlgorithmName.SHA384);
        Assert.Equal([".linux", ".osrel", ".cmdline", ".initrd", ".ucode", ".splash", ".dtb", ".uname", ".sbat", ".pcrpkey"], sections.Select(section => section.Name));
        Assert.Equal(SHA384.HashData(".cmdline\0"u8), sections[2].NameDigest.ToArray());
        Assert.Equal(SHA384.HashData("console=ttyS0 quiet"u8), sections[2].ContentDigest.ToArray());
    }

    /// <summary>So a signed program has the measurement of the unsigned one.</summary>
    [Fact]
    public void A_signature_changes_nothing_and_every_other_byte_changes_the_digest()
    {
        byte[] bytes = PeSample.Unified("257.13-1");
        string usual = Hex(Image(bytes).ComputeDigest(HashAlgorithmName.SHA256));
        Assert.Equal(usual, Hex(Image(PeSample.Signed(bytes)).ComputeDigest(HashAlgorithmName.SHA256)));
        for (int place = 0; place < bytes.Length; place++)
        {
            bytes[place] ^= 1;
            bool isSame = PeImage.TryRead(bytes, out PeImage? changed) && Hex(changed.ComputeDigest(HashAlgorithmName.SHA256)) == usual;
            // The checksum, and where there are no certificates.
            Assert.True(isSame == place is (>= PeSample.ChecksumAt and < PeSample.ChecksumAt + 4) or (>= PeSample.CertificatesAt and < PeSample.CertificatesAt + 4), $"byte {place}");
            bytes[place] ^= 1;
        }
    }

    [Fact]
    public void A_section_that_is_larger_in_memory_is_measured_with_zeros_behind_it()
    {
        byte[] bytes = PeSample.Unified("257.13-1");
        Span<byte> cmdline = bytes.AsSpan(PeSample.TableAt + 40 * 4, 40);
        Assert.True(cmdline.StartsWith(".cmdline"u8));
        BinaryPrimitives.WriteInt32LittleEndian(cmdline[8..], 600);
        Assert.Equal(SHA256.HashData((byte[])[.. "console=ttyS0 quiet"u8, .. new byte[581]]), Unified(bytes).Sections(HashAlgorithmName.SHA256)[2].ContentDigest.ToArray());
        BinaryPrimitives.WriteInt32LittleEndian(cmdline[8..], 1 << 30);
        Refused(bytes, "larger than the file holds");
    }

    [Fact]
    public void What_is_measured_by_the_choice_of_somebody_at_boot_is_refused()
    {
        foreach (string chosen in (string[])[".profile", ".dtbauto", ".hwids", ".efifw"]) Refused(PeSample.Unified("257.13-1", (chosen, [1])), "decided at boot");
        Refused(PeSample.Unified("257.13-1", (".cmdline", "init=/bin/sh"u8.ToArray())), "more than once");
    }

    [Theory]
    [InlineData("251.4")]
    [InlineData("253.1")]
    [InlineData("")]
    [InlineData("v257")]
    public void Stubs_that_are_not_known_are_refused(string stub) => Refused(PeSample.Unified(stub), "is not known");

    [Fact]
    public void A_program_without_a_kernel_inside_is_no_unified_kernel_image() => Assert.Null(UnifiedKernelImage.TryOpen(Image(PeSample.Make([(".text", [1])]))));

    [Fact]
    public void Files_whose_digest_tools_and_firmware_do_not_agree_on_are_refused()
    {
        byte[] usual = PeSample.Make([(".text", new byte[600]), (".data", new byte[100])]);
        Assert.True(PeImage.TryRead(usual, out _));
        Assert.False(PeImage.TryRead(Changed(usual, PeSample.TableAt + 20, 1536), out _)); // a gap before the first section
        Assert.False(PeImage.TryRead(Changed(usual, PeSample.TableAt + 40 + 20, 1024), out _)); // two sections at one place
        Assert.False(PeImage.TryRead(Changed(usual, PeSample.TableAt + 40 + 16, 4096), out _)); // a section that ends behind the file
        byte[] signed = PeSample.Signed(usual);
        Assert.True(PeImage.TryRead(signed, out _));
        Assert.False(PeImage.TryRead((byte[])[.. signed, 0], out _)); // something behind the certificates
        Assert.False(PeImage.TryRead(Changed(signed, PeSample.CertificatesAt, 1024), out _)); // certificates that cover a section
        Assert.False(PeImage.TryRead(new byte[64], out _));
    }

    private static byte[] Changed(byte[] bytes, int place, int value)
    {
        byte[] changed = [.. bytes];
        BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(place), value);
        return changed;
    }

    private static void Refused(byte[] bytes, string why) => Assert.Contains(why, Assert.Throws<UnknownEvidenceException>(() => UnifiedKernelImage.TryOpen(Image(bytes))).Message, StringComparison.Ordinal);

    private static UnifiedKernelImage Unified(byte[] bytes) => UnifiedKernelImage.TryOpen(Image(bytes))!;

    private static PeImage Image(byte[] bytes)
    {
        Assert.True(PeImage.TryRead(bytes, out PeImage? image));
        return image;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
