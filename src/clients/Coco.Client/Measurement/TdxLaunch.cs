using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coco.Client;

/// <summary>
/// MRTD of a trust domain, as the TDX module computes it while a host builds the guest (Intel TDX Module Base Specification,
/// TDH.MEM.PAGE.ADD and TDH.MR.EXTEND): for each page of the firmware's sections a record of its address, and after it for a page that is
/// measured the address and the content of its 16 chunks. So do Linux's KVM and QEMU; the public tdx-measure computes the same. It
/// names the firmware alone: what boots then is in the run-time registers.
/// </summary>
public static class TdxLaunch
{
    public const int DigestSize = 48;

    private const int RecordSize = 128;
    private const int RecordAddress = 16;
    private const int ChunkSize = 256;

    /// <summary>Throws <see cref="InvalidDataException"/> with one sentence where no trust domain starts with this firmware.</summary>
    public static byte[] ComputeMrtd(FirmwareImage firmware)
    {
        if (firmware.TdxSections.Count == 0) throw new InvalidDataException("The firmware has no TDX metadata: it is not made for TDX.");
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA384);
        foreach (TdvfSection section in firmware.TdxSections) Add(digest, section, firmware.Bytes[section.Data]);
        return digest.GetHashAndReset();
    }

    private static void Add(IncrementalHash digest, in TdvfSection section, ReadOnlySpan<byte> content)
    {
        if (section.IsMeasured && (!section.IsAdded || (ulong)content.Length != section.Size))
            throw new InvalidDataException($"The firmware wants memory at 0x{section.Address:x} measured that it does not hold; this version does not know how hosts fill it.");
        if (!section.IsAdded) return;
        for (int page = 0; (ulong)page < section.Size; page += FirmwareImage.PageSize)
        {
            Record(digest, "MEM.PAGE.ADD"u8, section.Address + (ulong)page);
            if (!section.IsMeasured) continue;
            for (int chunk = page; chunk < page + FirmwareImage.PageSize; chunk += ChunkSize)
            {
                Record(digest, "MR.EXTEND"u8, section.Address + (ulong)chunk);
                digest.AppendData(content.Slice(chunk, ChunkSize));
            }
        }
    }

    private static void Record(IncrementalHash digest, ReadOnlySpan<byte> name, ulong address)
    {
        Span<byte> record = stackalloc byte[RecordSize];
        record.Clear();
        name.CopyTo(record);
        BinaryPrimitives.WriteUInt64LittleEndian(record[RecordAddress..], address);
        digest.AppendData(record);
    }
}
