using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Coco.Tee;

/// <summary>The attestation report of a VBS enclave (Windows SDK, ntenclv.h: VBS_ENCLAVE_REPORT_PKG_HEADER and what follows). Read, not judged.</summary>
public sealed class VbsReport
{
    private const int HeaderSize = 24;
    private const int StatementSize = 8 + 64 + 152;
    private const uint RsaPssSha256 = 1;
    private const uint VbsEnclave = 0x10;

    private readonly byte[] _bytes;
    private readonly int _signedSize;

    private VbsReport(byte[] bytes, int signedSize) => (_bytes, _signedSize) = (bytes, signedSize);

    public ReadOnlySpan<byte> Signed => _bytes.AsSpan(HeaderSize, _signedSize);
    public ReadOnlySpan<byte> Signature => _bytes.AsSpan(HeaderSize + _signedSize);
    public ReadOnlySpan<byte> EnclaveData => _bytes.AsSpan(32, 64);
    public ReadOnlySpan<byte> OwnerId => _bytes.AsSpan(96, 32);
    public ReadOnlySpan<byte> UniqueId => _bytes.AsSpan(128, 32);
    public ReadOnlySpan<byte> AuthorId => _bytes.AsSpan(160, 32);
    public ReadOnlySpan<byte> FamilyId => _bytes.AsSpan(192, 16);
    public ReadOnlySpan<byte> ImageId => _bytes.AsSpan(208, 16);
    public uint EnclaveSvn => Word(224);
    public uint SecureKernelSvn => Word(228);
    public uint PlatformSvn => Word(232);
    public uint Flags => Word(236);
    public uint SigningLevel => Word(240);
    public bool IsEnclave => Word(244) == VbsEnclave;

    /// <summary>Full debug, or dynamic debugging enabled.</summary>
    public bool IsDebug => (Flags & 3) != 0;

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out VbsReport? report)
    {
        report = null;
        if (bytes.Length is < HeaderSize + StatementSize or > Limits.MaxVbsReportSize) return false;
        (uint package, uint version, uint scheme) = (WordOf(bytes, 0), WordOf(bytes, 4), WordOf(bytes, 8));
        (uint signed, uint signature, uint reserved) = (WordOf(bytes, 12), WordOf(bytes, 16), WordOf(bytes, 20));
        if (package != bytes.Length || version != 1 || scheme != RsaPssSha256 || reserved != 0) return false;
        if (signed < StatementSize || signed > package || signature != package - HeaderSize - signed) return false;
        if (WordOf(bytes, HeaderSize) != signed || WordOf(bytes, HeaderSize + 4) != 1) return false;
        report = new VbsReport(bytes.ToArray(), (int)signed);
        return true;
    }

    private uint Word(int offset) => WordOf(_bytes, offset);

    private static uint WordOf(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
