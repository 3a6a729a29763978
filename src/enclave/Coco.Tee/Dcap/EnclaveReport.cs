using System.Buffers.Binary;

namespace Coco.Tee;

/// <summary>The report of an SGX enclave (Intel SDM 3D, table "Layout of REPORT").</summary>
public readonly ref struct EnclaveReport(ReadOnlySpan<byte> bytes)
{
    public const int Size = 384;

    private readonly ReadOnlySpan<byte> _bytes = bytes[..Size];

    public ReadOnlySpan<byte> CpuSvn => _bytes[..16];
    public ReadOnlySpan<byte> MiscSelect => _bytes.Slice(16, 4);
    public ReadOnlySpan<byte> Attributes => _bytes.Slice(48, 16);
    public ReadOnlySpan<byte> MrEnclave => _bytes.Slice(64, 32);
    public ReadOnlySpan<byte> MrSigner => _bytes.Slice(128, 32);
    public ReadOnlySpan<byte> ConfigId => _bytes.Slice(192, 64);
    public ushort ProductId => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[256..]);
    public ushort Svn => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[258..]);
    public ushort ConfigSvn => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[260..]);
    public ReadOnlySpan<byte> ReportData => _bytes.Slice(320, 64);

    public bool IsInitialised => (Attributes[0] & 1) == 1;

    /// <summary>The enclave can be read by its host.</summary>
    public bool IsDebug => (Attributes[0] & 2) == 2;
}
