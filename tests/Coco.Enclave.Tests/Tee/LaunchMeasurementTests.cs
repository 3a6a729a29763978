using System.Buffers.Binary;
using System.Security.Cryptography;
using Coco.Client;

namespace Coco.Enclave.Tests.Tee;

/// <summary>Runs where COCO_OVMF names the firmware image whose MRTD is published.</summary>
public sealed class FirmwareFactAttribute : FactAttribute
{
    public FirmwareFactAttribute() => Skip = Image is null ? "COCO_OVMF names no firmware image." : null;

    internal static string? Image => Environment.GetEnvironmentVariable("COCO_OVMF") is { Length: > 0 } file ? file : null;
}

/// <summary>
/// Launch digests against published ones: virtee/sev-snp-measure, tests/test_guest.py (Apache-2.0). Its firmware is an AmdSev build of
/// OVMF; here only the table at its end is made again, and the digest after the firmware is the published one.
/// </summary>
public sealed class LaunchMeasurementTests
{
    private const string FirmwareDigest = "edcf6d1c57ce868a167c990f58c8667c698269ef9e0803246419eea914186343054d557e1f17acd93b032c106bc70d25";
    private const string OtherFirmwareDigest = "cab7e085874b3acfdbe2d96dcaa3125111f00c35c6fc9708464c2ae74bfdb048a198cb9a9ccae0b3e5e1a33f5f249819";

    /// <summary>What the metadata of that build say.</summary>
    internal static readonly (uint Address, uint Size, uint Kind)[] AmdSev =
    [
        (0x800000, 0x9000, 1), (0x80A000, 0x3000, 1), (0x80D000, 0x1000, 2), (0x80E000, 0x1000, 3), (0x80F000, 0x1000, 16), (0x810000, 0x10000, 1),
    ];

    [Theory]
    [InlineData(FirmwareDigest, "console=ttyS0 loglevel=7", 1, GuestHost.Qemu, "f07864303ad8243132029e8110b92805c78d1135a15da75f67abb9a711d78740347f24ee76f603e650ec4adf3611cc1e")]
    [InlineData(FirmwareDigest, "", 1, GuestHost.Ec2, "760b6e51039d2d6c1fc6d38ca5c387967d158e0294883e4522c36f89bd61bfc9cdb975cd1ceedffbe1b23b1daf4e3f42")]
    [InlineData(FirmwareDigest, "", 4, GuestHost.Qemu, "1c784beb8c49aa604b7fd57fbc73b36ec53a3f5fb48a2b895ad6cc2ea15d18ee7cc15e3e57c792766b45f944c3e81cfe")]
    [InlineData(FirmwareDigest, null, 1, GuestHost.Qemu, "e5e6be5a8fa6256f0245666bb237e2d028b7928148ce78d51b8a64dc9506c377709a5b5d7ab75554593bced304fcff93")]
    [InlineData(OtherFirmwareDigest, "", 1, GuestHost.Qemu, "db06fb267824b1ccb56edbe2a9c2ce88841bca5090dc6dac91d9cd30f3c2c0bf42daccb30d55d6625bfbf0dae5c50c6d")]
    public void A_guest_on_SEV_SNP_has_the_published_launch_digest(string firmware, string? commandLine, int processors, GuestHost host, string expected)
    {
        KernelHashes? kernel = commandLine is null ? null : new KernelHashes(default, default, commandLine);
        var launch = new SnpLaunch(Image(AmdSev), kernel, processors, SnpLaunch.SignatureOf(23, 1, 2), host);
        Assert.Equal(expected, Convert.ToHexStringLower(launch.ComputeDigest(Convert.FromHexString(firmware))));
    }

    [Fact]
    public void All_of_the_firmware_the_kernel_and_the_processors_goes_into_the_digest()
    {
        byte[] file = File(AmdSev);
        var kernel = new KernelHashes(new byte[] { 1 }, new byte[] { 2 }, "quiet");
        string Digest(byte[] image, KernelHashes? booted, int processors = 2, uint signature = 0x800F12)
        {
            Assert.True(FirmwareImage.TryRead(image, out FirmwareImage? read));
            return Convert.ToHexStringLower(new SnpLaunch(read, booted, processors, signature, GuestHost.Qemu).ComputeDigest());
        }
        byte[] changed = [.. file];
        changed[5] ^= 1;
        string[] all =
        [
            Digest(file, kernel), Digest(changed, kernel), Digest(file, null), Digest(file, kernel, 3), Digest(file, kernel, 2, 0xA00F11), Digest(file, kernel with { CommandLine = "quiet debug" }),
            Digest(file, kernel with { Kernel = new byte[] { 2 } }), Digest(file, kernel with { Initrd = new byte[] { 3 } }),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void What_would_not_be_measured_is_refused()
    {
        FirmwareImage noHashes = Image([.. AmdSev.Where(section => section.Kind != 16)]);
        Assert.Throws<InvalidDataException>(() => new SnpLaunch(noHashes, new KernelHashes(default, default, ""), 1, 0x800F12, GuestHost.Qemu).ComputeDigest());
        Assert.Throws<InvalidDataException>(() => new SnpLaunch(Image([(0x800000, 0x1000, 77)]), null, 1, 0x800F12, GuestHost.Qemu).ComputeDigest());
        Assert.Throws<InvalidDataException>(() => new SnpLaunch(Image([]), null, 1, 0x800F12, GuestHost.Qemu).ComputeDigest());
        Assert.Throws<InvalidDataException>(() => new SnpLaunch(Image(AmdSev), null, 0, 0x800F12, GuestHost.Qemu).ComputeDigest());
    }

    [Fact]
    public void Firmware_that_asks_for_more_memory_than_any_does_is_refused()
    {
        Assert.True(FirmwareImage.TryRead(File([(0x800000, 1 << 24, 1)]), out _));
        Assert.False(FirmwareImage.TryRead(File([(0x800000, (1 << 24) + 4096, 1)]), out _));
    }

    [Fact]
    public void Damaged_firmware_is_refused_or_measured_and_never_crashes()
    {
        byte[] file = File(AmdSev);
        var random = new Random(11);
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. file];
            for (int flips = random.Next(1, 4); flips > 0; flips--) damaged[^random.Next(1, 400)] = (byte)random.Next(256);
            if (FirmwareImage.TryRead(damaged, out FirmwareImage? image)) Assert.All(image.Sections, section => Assert.Equal(0UL, section.Size % 4096));
        }
    }

    [Fact]
    public void A_containers_host_data_is_the_digest_of_its_policy()
    {
        if (Vectors.Read("snp/milan-v2-aci/security_policy.base64") is not { } policy || Vectors.Read("snp/milan-v2-aci/report.bin") is not { } report) return;
        byte[] digest = SHA256.HashData(Convert.FromBase64String(System.Text.Encoding.ASCII.GetString(policy).Trim()));
        Assert.Equal(report.AsSpan(0xC0, 32).ToArray(), digest);
    }

    [Fact]
    public void An_enclaves_signature_names_what_it_will_report()
    {
        byte[] signature = RealEvidenceTests.Sample("sgx-sigstruct/synthetic.sig");
        Assert.True(EnclaveSignature.TryRead(signature, out EnclaveSignature? read));
        Assert.Equal((3, 9), ((int)read.ProductId, (int)read.Svn));
        Assert.Equal(Enumerable.Repeat((byte)7, 32), read.Measurement.ToArray());
        Assert.Equal(SHA256.HashData(signature.AsSpan(128, 384)), read.Signer.ToArray());
        Assert.True(read.Holds);
        Assert.False(EnclaveSignature.TryRead(signature.AsSpan(1), out _));
    }

    /// <summary>What is behind the body (two quotients that spare the processor divisions) says nothing of the enclave.</summary>
    [Fact]
    public void No_bit_of_a_signed_enclave_can_change()
    {
        byte[] signature = RealEvidenceTests.Sample("sgx-sigstruct/synthetic.sig");
        for (int bit = 0; bit < 1028 * 8; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(EnclaveSignature.TryRead(signature, out EnclaveSignature? read) && read.Holds, $"bit {bit}");
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    /// <summary>
    /// Published: virtee/tdx-measure, tests/fixtures (Apache-2.0), for OVMF.fd of Ubuntu's package ovmf 2025.02-3ubuntu2. The image is 4 MiB and not
    /// in this repository: COCO_OVMF names it.
    /// </summary>
    [FirmwareFact]
    public void A_trust_domain_has_the_published_MRTD()
    {
        byte[] bytes = System.IO.File.ReadAllBytes(FirmwareFactAttribute.Image!);
        Assert.Equal("9e807cb2cd4313406a3aa4becc0836671a5c64ca7bdc08a45e15260184b446bf", Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.True(FirmwareImage.TryRead(bytes, out FirmwareImage? image));
        Assert.Equal("7357a10d2e2724dffe68813e3cc4cfcde6814d749f2fb62e3953e54f6e0b50a219786afe2cd478f684b52c61837e1114", Convert.ToHexStringLower(TdxLaunch.ComputeMrtd(image)));
    }

    /// <summary>The value is of a second reading of the specification, which gives the published one too.</summary>
    [Fact]
    public void MRTD_covers_what_the_metadata_say_and_the_measured_content()
    {
        (uint, uint, ulong, ulong, uint)[] sections = [(0, 4096, 0xFFFFF000, 4096, 1), (0, 0, 0x809000, 0x2000, 0), (0, 0, 0x100000000, 0x1000000, 2)];
        byte[] file = File([], sections);
        Assert.Equal("361f323e81d9a7a44a4032d2253ab6e6dd37694f45e1fb5f4c66ac24ad2f488a42c271446a1b981e65a5f6903ebe7b2f", Mrtd(file));
        byte[] changed = [.. file];
        changed[5] ^= 1;
        string[] all =
        [
            Mrtd(file), Mrtd(changed), Mrtd(File([], [(0, 0, 0x809000, 0x2000, 0)])), Mrtd(File([], [(0, 0, 0x80A000, 0x2000, 0)])), Mrtd(File([], [(0, 0, 0x809000, 0x3000, 0)])),
            Mrtd(File([], [(0, 0, 0x809000, 0x2000, 0), (0, 0, 0x900000, 0x2000, 0)])), Mrtd(File([], [(0, 0, 0x900000, 0x2000, 0), (0, 0, 0x809000, 0x2000, 0)])),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Theory]
    [InlineData(0, 8192, 0xFFFFE000, 8192, 1)] // more than the image holds
    [InlineData(0, 4096, 0xFFFFF000, 2048, 1)] // no whole page
    [InlineData(0, 4096, 0xFFFFF800, 4096, 1)]
    [InlineData(0, 0, 0x800000, 0x4001000, 0)] // more memory than any firmware asks for
    [InlineData(0, 0, 0xFFFFFFFFFFFFF000, 0x2000, 0)]
    [InlineData(0, 0, 0x800000, 0x1000, 4)] // an attribute that is not known
    public void TDX_metadata_that_cannot_be_are_refused(uint start, uint length, ulong address, ulong size, uint attributes) =>
        Assert.False(FirmwareImage.TryRead(File([], [(start, length, address, size, attributes)]), out _));

    [Fact]
    public void A_trust_domain_whose_measured_memory_the_firmware_does_not_hold_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => Mrtd(File(AmdSev)));
        Assert.Throws<InvalidDataException>(() => Mrtd(File([], [(0, 0, 0x809000, 0x1000, 1)])));
        Assert.Throws<InvalidDataException>(() => Mrtd(File([], [(0, 4096, 0x809000, 0x1000, 3)])));
    }

    private static string Mrtd(byte[] file)
    {
        Assert.True(FirmwareImage.TryRead(file, out FirmwareImage? image));
        return Convert.ToHexStringLower(TdxLaunch.ComputeMrtd(image));
    }

    private static FirmwareImage Image((uint, uint, uint)[] sections)
    {
        Assert.True(FirmwareImage.TryRead(File(sections), out FirmwareImage? image));
        return image;
    }

    /// <summary>One page whose end is laid out as edk2's OvmfPkg/ResetVector lays it out.</summary>
    internal static byte[] File((uint Address, uint Size, uint Kind)[] sections, (uint Start, uint Length, ulong Address, ulong Size, uint Attributes)[]? tdx = null)
    {
        var page = new byte[4096];
        const int Tdx = 0x600;
        "TDVF"u8.CopyTo(page.AsSpan(^Tdx..));
        Words(page, page.Length - Tdx + 4, (uint)(16 + 32 * (tdx?.Length ?? 0)), 1, (uint)(tdx?.Length ?? 0));
        for (int i = 0; i < (tdx?.Length ?? 0); i++)
        {
            (uint start, uint length, ulong address, ulong size, uint attributes) = tdx![i];
            Words(page, page.Length - Tdx + 16 + 32 * i, start, length, (uint)address, (uint)(address >> 32), (uint)size, (uint)(size >> 32), 0, attributes);
        }
        const int Metadata = 0x300;
        "ASEV"u8.CopyTo(page.AsSpan(^Metadata..));
        Words(page, page.Length - Metadata + 4, (uint)(16 + 12 * sections.Length), 1, (uint)sections.Length);
        for (int i = 0; i < sections.Length; i++) Words(page, page.Length - Metadata + 16 + 12 * i, sections[i].Address, sections[i].Size, sections[i].Kind);
        byte[] table =
        [
            .. Entry("7255371f-3a3b-4b04-927b-1da6efa8d454", Bytes(0x80FC00, 0x400)), .. Entry("00f771de-1a7e-4fcb-890e-68c77e2fb44e", Bytes(0x80B004)),
            .. Entry("dc886566-984a-4798-a75e-5585a7bf67cc", Bytes(Metadata)),
            .. tdx is null ? [] : Entry("e47a6535-984a-4798-865e-4685a7bf8ec2", Bytes(Tdx)),
        ];
        byte[] whole = [.. table, .. BitConverter.GetBytes((ushort)(table.Length + 18)), .. new Guid("96b582de-1fb2-45f7-baea-a366c55a082d").ToByteArray()];
        whole.CopyTo(page, page.Length - 32 - whole.Length);
        return page;
    }

    private static byte[] Entry(string guid, byte[] content) => [.. content, .. BitConverter.GetBytes((ushort)(content.Length + 18)), .. new Guid(guid).ToByteArray()];

    private static byte[] Bytes(params uint[] words)
    {
        var bytes = new byte[4 * words.Length];
        Words(bytes, 0, words);
        return bytes;
    }

    private static void Words(byte[] bytes, int place, params uint[] words)
    {
        foreach (uint word in words)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(place), word);
            place += 4;
        }
    }
}
