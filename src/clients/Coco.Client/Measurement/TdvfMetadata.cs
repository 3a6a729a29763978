using System.Buffers.Binary;

namespace Coco.Client;

/// <summary>A range of a trust domain's first memory.</summary>
/// <param name="Data">Where in the image its content is; empty: none.</param>
internal readonly record struct TdvfSection(Range Data, ulong Address, ulong Size, bool IsAdded, bool IsMeasured);

/// <summary>What TDX firmware asks its host to prepare (Intel, TDX Virtual Firmware Design Guide, 11.2; edk2, IntelTdxMetadata.asm).</summary>
internal static class TdvfMetadata
{
    private const int HeaderSize = 16;
    private const int SectionSize = 32;
    private const int MaxSections = 64;
    private const uint Version = 1;
    private const uint Measured = 1;
    private const uint AddedLater = 2;

    /// <summary>Of all sections together; every page costs up to 17 records of a digest. Firmware asks for some megabytes.</summary>
    private const ulong MaxBytes = 1UL << 26;

    /// <param name="back">Where it begins, from the image's end.</param>
    public static bool TryRead(ReadOnlySpan<byte> image, uint back, List<TdvfSection> sections)
    {
        if (back > image.Length || back < HeaderSize) return false;
        ReadOnlySpan<byte> metadata = image[^(int)back..];
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(metadata[12..]);
        if (!metadata.StartsWith("TDVF"u8) || BinaryPrimitives.ReadUInt32LittleEndian(metadata[8..]) != Version) return false;
        if (count > MaxSections || metadata.Length < HeaderSize + (count * SectionSize)) return false;
        ulong all = 0;
        for (int i = 0; i < count; i++)
        {
            if (TryReadSection(metadata.Slice(HeaderSize + (i * SectionSize), SectionSize), image.Length) is not { } section) return false;
            all += section.Size;
            if (all > MaxBytes) return false;
            sections.Add(section);
        }
        return true;
    }

    private static TdvfSection? TryReadSection(ReadOnlySpan<byte> entry, int imageSize)
    {
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]);
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
        uint attributes = BinaryPrimitives.ReadUInt32LittleEndian(entry[28..]);
        bool isWithin = (ulong)start + length <= (ulong)imageSize && length <= size && size <= MaxBytes;
        if (!isWithin || size % FirmwareImage.PageSize != 0 || address % FirmwareImage.PageSize != 0 || address > ulong.MaxValue - size) return null;
        if ((attributes & ~(Measured | AddedLater)) != 0) return null;
        return new TdvfSection(new Range((int)start, (int)(start + length)), address, size, (attributes & AddedLater) == 0, (attributes & Measured) != 0);
    }
}
