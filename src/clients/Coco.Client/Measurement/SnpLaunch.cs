using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coco.Client;

/// <summary>Who starts the guest: hosts differ in the state in which processors begin.</summary>
public enum GuestHost : byte
{
    Qemu,
    Ec2,
}

/// <summary>
/// The launch digest of an SEV-SNP guest, as the firmware computes it while a host loads the guest (AMD 56860, 8.17.2, PAGE_INFO; the
/// public sev-snp-measure computes the same): firmware, the ranges that the firmware asks for, the kernel's hashes, and one page of
/// processor state for each virtual processor.
/// </summary>
/// <param name="Kernel">Null: the guest boots from its disk, and the digest says nothing about what.</param>
/// <param name="Processors">Virtual processors at the start.</param>
/// <param name="ProcessorSignature">CPUID 1, EAX, of the processor that the guest sees: <see cref="SignatureOf"/>.</param>
public sealed record SnpLaunch(FirmwareImage Firmware, KernelHashes? Kernel, int Processors, uint ProcessorSignature, GuestHost Host)
{
    public const int MaxProcessors = 512;
    public const int DigestSize = 48;

    private const byte NormalPage = 1;
    private const byte ProcessorPage = 2;
    private const byte ZeroPage = 3;
    private const byte SecretsPage = 5;
    private const byte CpuidPage = 6;
    private const uint MemorySection = 1;
    private const uint SecretsSection = 2;
    private const uint CpuidSection = 3;
    private const uint CallingAreaSection = 4;
    private const uint KernelHashesSection = 16;

    private const int PageInfoSize = 0x70;
    private const uint FirstInstruction = 0xFFFF_FFF0;

    /// <summary>Processor state has no address of its own: -1 without the bits that no page has.</summary>
    private const ulong ProcessorAddress = 0xFFFF_FFFF_F000;

    /// <summary>CPUID 1, EAX, by family, model and stepping (AMD 25481).</summary>
    public static uint SignatureOf(int family, int model, int stepping)
    {
        (int low, int high) = family > 0xF ? (0xF, family - 0xF) : (family, 0);
        return (uint)((high & 0xFF) << 20 | (model >> 4 & 0xF) << 16 | low << 8 | (model & 0xF) << 4 | stepping & 0xF);
    }

    /// <summary>Throws <see cref="InvalidDataException"/> with one sentence where this firmware cannot be started so.</summary>
    /// <param name="firmwareDigest">The digest after the firmware alone, where it is known and only the image's last page is at hand; else empty.</param>
    public byte[] ComputeDigest(ReadOnlySpan<byte> firmwareDigest = default)
    {
        Check();
        var digest = new byte[DigestSize];
        if (firmwareDigest.IsEmpty) AddPages(digest, Firmware.Address, Firmware.Bytes);
        else firmwareDigest.CopyTo(digest);
        // Amazon's host adds the page with CPUID values after all others.
        bool isLast = Host == GuestHost.Ec2;
        foreach (FirmwareSection section in Firmware.Sections.Where(section => !isLast || section.Kind != CpuidSection)) Add(digest, section);
        foreach (FirmwareSection section in Firmware.Sections.Where(section => isLast && section.Kind == CpuidSection)) Add(digest, section);
        for (int i = 0; i < Processors; i++)
            Add(digest, ProcessorPage, ProcessorAddress, SHA384.HashData(ProcessorState(i == 0 ? FirstInstruction : Firmware.ResetAddress!.Value)));
        return digest;
    }

    private void Check()
    {
        if (Processors is < 1 or > MaxProcessors) throw new InvalidDataException($"A guest has 1 to {MaxProcessors} processors, not {Processors}.");
        if (Processors > 1 && Firmware.ResetAddress is null) throw new InvalidDataException("The firmware does not say where other processors begin (its SEV-ES reset block is missing).");
        if (Firmware.Sections.Count == 0) throw new InvalidDataException("The firmware has no SEV metadata: it is not made for SEV-SNP.");
        if (Kernel is null) return;
        if (Firmware.HashTableAddress is not { } address || Firmware.Sections.All(section => section.Kind != KernelHashesSection))
            throw new InvalidDataException("The firmware takes no kernel hashes: a kernel that a host gives it is not measured.");
        if (!KernelHashes.FitsAt((int)(address % FirmwareImage.PageSize))) throw new InvalidDataException("The firmware's place for kernel hashes is too near a page's end.");
    }

    private void Add(byte[] digest, FirmwareSection section)
    {
        switch (section.Kind)
        {
            case KernelHashesSection when Kernel is not null:
                ulong address = Firmware.HashTableAddress!.Value;
                AddPages(digest, address & ~0xFFFUL, Kernel.ToPage((int)(address & 0xFFF)));
                break;
            case MemorySection or CallingAreaSection or KernelHashesSection:
                for (ulong offset = 0; offset < section.Size; offset += FirmwareImage.PageSize) Add(digest, ZeroPage, section.Address + offset, default);
                break;
            case SecretsSection: Add(digest, SecretsPage, section.Address, default); break;
            case CpuidSection: Add(digest, CpuidPage, section.Address, default); break;
            default: throw new InvalidDataException($"The firmware asks for a range of kind {section.Kind}, which this version does not know.");
        }
    }

    private static void AddPages(byte[] digest, ulong address, ReadOnlySpan<byte> content)
    {
        for (int offset = 0; offset < content.Length; offset += FirmwareImage.PageSize)
            Add(digest, NormalPage, address + (ulong)offset, SHA384.HashData(content.Slice(offset, FirmwareImage.PageSize)));
    }

    /// <summary>PAGE_INFO: digest so far, of the content (zero where it is not measured), length, kind, no import, no permissions, address.</summary>
    private static void Add(byte[] digest, byte kind, ulong address, ReadOnlySpan<byte> content)
    {
        Span<byte> info = stackalloc byte[PageInfoSize];
        info.Clear();
        digest.CopyTo(info);
        content.CopyTo(info[DigestSize..]);
        BinaryPrimitives.WriteUInt16LittleEndian(info[(2 * DigestSize)..], PageInfoSize);
        info[2 * DigestSize + 2] = kind;
        BinaryPrimitives.WriteUInt64LittleEndian(info[(PageInfoSize - sizeof(ulong))..], address);
        SHA384.HashData(info, digest);
    }

    /// <summary>The save area of a processor at reset (AMD 24593, table B-4) as KVM and the host set it up.</summary>
    private byte[] ProcessorState(uint instruction)
    {
        bool isEc2 = Host == GuestHost.Ec2;
        var page = new byte[FirmwareImage.PageSize];
        Segment(page, 0x00, 0, 0x93);
        Segment(page, 0x10, 0xF000, (ushort)(isEc2 && instruction == FirstInstruction ? 0x9A : 0x9B), instruction & 0xFFFF_0000);
        Segment(page, 0x20, 0, (ushort)(isEc2 ? 0x92 : 0x93));
        foreach (int data in (ReadOnlySpan<int>)[0x30, 0x40, 0x50]) Segment(page, data, 0, 0x93);
        Segment(page, 0x60, 0, 0);
        Segment(page, 0x70, 0, 0x82);
        Segment(page, 0x80, 0, 0);
        Segment(page, 0x90, 0, (ushort)(isEc2 ? 0x83 : 0x8B));
        Register(page, 0xD0, 0x1000); // EFER: SVME
        Register(page, 0x148, 0x40); // CR4: MCE
        Register(page, 0x158, 0x10); // CR0
        Register(page, 0x160, 0x400); // DR7
        Register(page, 0x168, 0xFFFF_0FF0); // DR6
        Register(page, 0x170, 2); // RFLAGS
        Register(page, 0x178, instruction & 0xFFFF); // RIP
        Register(page, 0x268, 0x0007_0406_0007_0406); // PAT
        Register(page, 0x310, isEc2 ? 0 : ProcessorSignature); // RDX
        Register(page, 0x3B0, 1); // SEV_FEATURES: SNP active
        Register(page, 0x3E8, 1); // XCR0
        return page;
    }

    private static void Segment(byte[] page, int offset, ushort selector, ushort attributes, ulong start = 0)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(offset), selector);
        BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(offset + 2), attributes);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(offset + 4), 0xFFFF);
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(offset + 8), start);
    }

    private static void Register(byte[] page, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(offset), value);
}
