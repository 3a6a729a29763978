using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Coco.Client;

/// <summary>A range of a guest's memory that the host prepares before it starts, as the firmware asks for it.</summary>
/// <param name="Kind">OvmfSevMetadata.asm: 1 memory, 2 secrets, 3 CPUID, 4 SVSM calling area, 16 kernel hashes.</param>
internal readonly record struct FirmwareSection(ulong Address, ulong Size, uint Kind);

/// <summary>
/// Guest firmware (OVMF) and what it says of itself at its end: a table of GUIDs read backwards from 48 bytes before the end, among
/// them SEV's and TDX's metadata, where the hashes of a kernel go, and where other processors begin (edk2, OvmfPkg/ResetVector).
/// </summary>
public sealed class FirmwareImage
{
    public const int PageSize = 4096;

    private const int MaxSize = 64 << 20;
    private const int MaxSections = 64;
    private const int FooterEnd = 32;
    private const int GuidSize = 16;
    private const int EntryOverhead = GuidSize + sizeof(ushort);
    private const int SectionSize = 12;

    /// <summary>Firmware asks for well below a megabyte; every page costs a digest, and with 64 sections of a gigabyte that took minutes.</summary>
    private const ulong MaxSectionBytes = 1UL << 24;

    private static readonly Guid Footer = new("96b582de-1fb2-45f7-baea-a366c55a082d");
    private static readonly Guid SevMetadata = new("dc886566-984a-4798-a75e-5585a7bf67cc");
    private static readonly Guid TdxMetadata = new("e47a6535-984a-4798-865e-4685a7bf8ec2");
    private static readonly Guid KernelHashes = new("7255371f-3a3b-4b04-927b-1da6efa8d454");
    private static readonly Guid ResetBlock = new("00f771de-1a7e-4fcb-890e-68c77e2fb44e");

    private readonly byte[] _bytes;
    private readonly Dictionary<Guid, byte[]> _table = [];
    private readonly List<FirmwareSection> _sections = [];
    private readonly List<TdvfSection> _tdxSections = [];

    private FirmwareImage(byte[] bytes) => _bytes = bytes;

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Firmware ends at 4 GiB.</summary>
    internal ulong Address => (1UL << 32) - (ulong)_bytes.Length;

    internal IReadOnlyList<FirmwareSection> Sections => _sections;

    /// <summary>None: the firmware is not made for TDX.</summary>
    internal IReadOnlyList<TdvfSection> TdxSections => _tdxSections;

    /// <summary>Where the table of the kernel's hashes goes; null where this firmware takes none.</summary>
    internal ulong? HashTableAddress => Word(KernelHashes);

    /// <summary>Where processors other than the first begin; null where the firmware does not say.</summary>
    internal uint? ResetAddress => Word(ResetBlock);

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out FirmwareImage? image)
    {
        image = null;
        if (bytes.Length is < PageSize or > MaxSize || bytes.Length % PageSize != 0) return false;
        var read = new FirmwareImage(bytes.ToArray());
        if (!read.ReadTable() || !read.ReadSections()) return false;
        if (read.Word(TdxMetadata) is { } back && !TdvfMetadata.TryRead(bytes, back, read._tdxSections)) return false;
        image = read;
        return true;
    }

    private bool ReadTable()
    {
        int end = _bytes.Length - FooterEnd;
        if (new Guid(_bytes.AsSpan(end - GuidSize, GuidSize)) != Footer) return false;
        int size = BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(end - EntryOverhead));
        if (size < EntryOverhead || size > end) return false;
        ReadOnlySpan<byte> table = _bytes.AsSpan(end - size, size - EntryOverhead);
        while (table.Length >= EntryOverhead)
        {
            int entry = BinaryPrimitives.ReadUInt16LittleEndian(table[^EntryOverhead..]);
            if (entry < EntryOverhead || entry > table.Length) return false;
            _table[new Guid(table[^GuidSize..])] = table[^entry..^EntryOverhead].ToArray();
            table = table[..^entry];
        }
        return true;
    }

    private bool ReadSections()
    {
        if (Word(SevMetadata) is not { } back) return true;
        if (back > _bytes.Length || back < GuidSize) return false;
        ReadOnlySpan<byte> metadata = _bytes.AsSpan(_bytes.Length - (int)back);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(metadata[12..]);
        if (!metadata.StartsWith("ASEV"u8) || count > MaxSections || metadata.Length < GuidSize + count * SectionSize) return false;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = metadata.Slice(GuidSize + i * SectionSize, SectionSize);
            var section = new FirmwareSection(
                BinaryPrimitives.ReadUInt32LittleEndian(entry), BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]));
            if (section.Size % PageSize != 0 || section.Address % PageSize != 0 || section.Size > MaxSectionBytes) return false;
            _sections.Add(section);
        }
        return true;
    }

    private uint? Word(Guid entry) =>
        _table.TryGetValue(entry, out byte[]? content) && content.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(content) : null;
}
