using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coco.Tee;

/// <summary>The body of a TDX quote: TD report 1.0, 1.5 or 1.5 extended (Intel TDX DCAP Quote, tables for versions 4 and 5).</summary>
public readonly ref struct TdReport(ReadOnlySpan<byte> bytes)
{
    public const int Size10 = 584;
    public const int Size15 = 648;
    public const int Size15Ex = 885;
    public const int MeasurementSize = 48;
    public const int RegisterCount = 4;

    private const ulong SeptVeDisable = 1UL << 28;
    private const ulong Migratable = 1UL << 29;

    /// <summary>Bit 0 is debug; bits 4 to 6 are profiling, which lets the host see into the guest as well; the rest of the group is reserved.</summary>
    private const ulong DebugGroup = 0xFF;

    /// <summary>28 SEPT_VE_DISABLE, 29 MIGRATABLE, 30 PKS, 31 KL, 27 LASS, 62 TPA, 63 PERFMON.</summary>
    private const ulong Known = DebugGroup | 0x1FUL << 27 | 3UL << 62;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public ReadOnlySpan<byte> TeeTcbSvn => _bytes[..16];
    public ReadOnlySpan<byte> MrSeam => _bytes.Slice(16, MeasurementSize);
    public ReadOnlySpan<byte> MrSignerSeam => _bytes.Slice(64, MeasurementSize);
    public ReadOnlySpan<byte> SeamAttributes => _bytes.Slice(112, 8);
    public ulong Attributes => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[120..]);
    public ulong Xfam => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[128..]);
    public ReadOnlySpan<byte> MrTd => _bytes.Slice(136, MeasurementSize);
    public ReadOnlySpan<byte> MrConfigId => _bytes.Slice(184, MeasurementSize);
    public ReadOnlySpan<byte> MrOwner => _bytes.Slice(232, MeasurementSize);
    public ReadOnlySpan<byte> MrOwnerConfig => _bytes.Slice(280, MeasurementSize);
    public ReadOnlySpan<byte> ReportData => _bytes.Slice(520, 64);

    /// <summary>The four run-time registers, one after the other.</summary>
    public ReadOnlySpan<byte> Registers => _bytes.Slice(328, RegisterCount * MeasurementSize);

    /// <summary>Empty before TD report 1.5.</summary>
    public ReadOnlySpan<byte> TeeTcbSvn2 => _bytes.Length >= Size15 ? _bytes.Slice(584, 16) : default;

    /// <summary>Empty before TD report 1.5.</summary>
    public ReadOnlySpan<byte> MrServiceTd => _bytes.Length >= Size15 ? _bytes.Slice(600, MeasurementSize) : default;

    public bool IsExtended => _bytes.Length == Size15Ex;

    /// <summary>Which partition of the guest asked for the report: 0 is the whole guest, or its own hypervisor.</summary>
    public byte Partition => IsExtended ? _bytes[648] : (byte)0;

    /// <summary>Made at the guest's start and kept through its migrations. Empty before the extended report, zero where the host has not enabled it.</summary>
    public ReadOnlySpan<byte> GuestId => IsExtended ? _bytes.Slice(649, 32) : default;

    /// <summary>Of the devices that are attached to the guest. Empty before the extended report.</summary>
    public ReadOnlySpan<byte> DeviceInfo => IsExtended ? _bytes.Slice(681, MeasurementSize) : default;

    /// <summary>The service TDs that the guest began with, which a migration may have changed since. Empty before the extended report.</summary>
    public ReadOnlySpan<byte> InitialServiceTd => IsExtended ? _bytes.Slice(729, MeasurementSize) : default;

    /// <summary>Empty before the extended report.</summary>
    public ReadOnlySpan<byte> CurrentServiceTd => IsExtended ? _bytes.Slice(829, MeasurementSize) : default;

    public bool IsDebug => (Attributes & DebugGroup) != 0;
    public bool IsSeptVeDisabled => (Attributes & SeptVeDisable) != 0;
    public bool IsMigratable => (Attributes & Migratable) != 0;
    public bool HasUnknownAttributes => (Attributes & ~Known) != 0;

    public ReadOnlySpan<byte> Register(int index) => Registers.Slice(index * MeasurementSize, MeasurementSize);

    /// <summary>
    /// One value for the code manifest: SHA-384("coco-tdx-v1" || MRTD || RTMR0..3). What the guest runs is only in all of them
    /// together: MRTD is the firmware alone.
    /// </summary>
    public byte[] ComputeMeasurement() => MeasurementOf(MrTd, Registers);

    /// <summary>The same of a firmware's measurement and the four registers, one after the other.</summary>
    public static byte[] MeasurementOf(ReadOnlySpan<byte> mrTd, ReadOnlySpan<byte> registers) => SHA384.HashData([.. "coco-tdx-v1"u8, .. mrTd, .. registers]);
}
