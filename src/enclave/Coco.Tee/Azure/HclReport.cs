using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Coco.Tee;

/// <summary>Which hardware made the report inside an HCL report.</summary>
public enum HclHardware : byte
{
    Vbs = 1,
    SevSnp = 2,
    Tdx = 4,
}

/// <summary>
/// What Azure's paravisor leaves in the vTPM (NV index 0x01400001): a hardware report, and the claims whose digest the report
/// holds; the vTPM's attestation key is among the claims. Read, not judged.
/// </summary>
public sealed class HclReport
{
    private const int HardwareStart = 32;
    private const int HardwareRoom = 1184;
    private const int TdReportSize = 1024;
    private const int DataStart = HardwareStart + HardwareRoom;
    private const int ClaimsStart = DataStart + 20;
    private const int MaxSize = 8192;
    private const uint Signature = 0x414C4348;
    private const uint Sha256Type = 1;
    private const uint GuestRequest = 2;

    private readonly byte[] _bytes;
    private readonly int _claimsSize;

    private HclReport(byte[] bytes, int claimsSize, HclHardware hardware) => (_bytes, _claimsSize, Hardware) = (bytes, claimsSize, hardware);

    public HclHardware Hardware { get; }

    public ReadOnlySpan<byte> SnpReport => _bytes.AsSpan(HardwareStart, HardwareRoom);

    /// <summary>On a TDX machine: for the local quoting enclave alone.</summary>
    public ReadOnlySpan<byte> TdReport => _bytes.AsSpan(HardwareStart, TdReportSize);

    public ReadOnlySpan<byte> Claims => _bytes.AsSpan(ClaimsStart, _claimsSize);

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out HclReport? report)
    {
        report = null;
        if (bytes.Length is < ClaimsStart or > MaxSize || Word(bytes, 0) != Signature || Word(bytes, 4) is 0 or > 2 || Word(bytes, 12) != GuestRequest) return false;
        if (bytes[16..HardwareStart].ContainsAnyExcept((byte)0)) return false;
        (uint dataSize, uint version, uint type, uint hash, uint size) =
            (Word(bytes, DataStart), Word(bytes, DataStart + 4), Word(bytes, DataStart + 8), Word(bytes, DataStart + 12), Word(bytes, DataStart + 16));
        if (version != 1 || hash != Sha256Type || type > byte.MaxValue || !Enum.IsDefined((HclHardware)type) || size > (uint)(bytes.Length - ClaimsStart)) return false;
        // Paravisors count the data with or without its own header, and the report with or without what precedes it.
        if (dataSize != size + 20 || Word(bytes, 8) != ClaimsStart + size) return false;
        if (bytes[(ClaimsStart + (int)size)..].ContainsAnyExcept((byte)0)) return false;
        report = new HclReport(bytes.ToArray(), (int)size, (HclHardware)type);
        return true;
    }

    /// <summary>Whether hardware's report data is the digest of the claims.</summary>
    public bool IsBoundTo(ReadOnlySpan<byte> reportData)
    {
        Span<byte> expected = stackalloc byte[64];
        expected.Clear();
        SHA256.HashData(Claims, expected);
        return reportData.SequenceEqual(expected);
    }

    /// <summary>The vTPM's attestation key, by its name in the claims.</summary>
    public bool TryGetAttestationKey([NotNullWhen(true)] out RSA? key)
    {
        key = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(Claims.ToArray(), new JsonDocumentOptions { MaxDepth = Limits.MaxJsonDepth });
            foreach (JsonElement known in document.RootElement.GetProperty("keys").EnumerateArray())
            {
                if (known.GetProperty("kid").GetString() != "HCLAkPub" || known.GetProperty("kty").GetString() != "RSA") continue;
                return RsaKeys.TryCreate(Number(known, "n"), Number(known, "e"), out key);
            }
            return false;
        }
        catch (Exception malformed) when (TcbInfo.IsMalformed(malformed))
        {
            return false;
        }
    }

    private static byte[] Number(JsonElement key, string name) => Base64Url.DecodeFromUtf8(Encoding.UTF8.GetBytes(key.GetProperty(name).GetString() ?? ""));

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
