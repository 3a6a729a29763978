using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Coco.Crypto;

namespace Coco.Tee.Platforms;

/// <summary>Reports of SEV-SNP guests by /dev/sev-guest (Linux, include/uapi/linux/sev-guest.h), for kernels without configfs-tsm.</summary>
public sealed class SevGuestDevice(IDeviceControl control, string device = SevGuestDevice.SystemDevice)
{
    public const string SystemDevice = "/dev/sev-guest";

    /// <summary>_IOWR('S', 0, struct snp_guest_request_ioctl) and 'S', 2.</summary>
    public const uint GetReportRequest = 0xC020_5300;
    public const uint GetExtendedReportRequest = 0xC020_5302;

    /// <summary>'S', 1.</summary>
    public const uint GetDerivedKeyRequest = 0xC020_5301;

    private const int RequestSize = 96;
    private const int ExtendedRequestSize = RequestSize + 16;
    private const int ResponseSize = 4000;
    private const int ReportStart = 32;
    private const int CertificatesSize = 16 * 1024;
    private const int KeyRequestSize = 32;
    private const int KeyResponseSize = 64;

    /// <summary>Which fields of the guest go into a derived key: its policy and its launch measurement (AMD 56860, MSG_KEY_REQ).</summary>
    private const ulong PolicyAndMeasurement = 1 << 0 | 1 << 3;

    public bool IsThere => control.Exists(device);

    /// <summary>The report, and the certificate table of the host (empty if it has none). Throws <see cref="PlatformUnavailableException"/>.</summary>
    public unsafe TsmReport GetReport(ReadOnlySpan<byte> reportData, int vmpl = 0)
    {
        Coco.Primitives.Invariant.Holds(reportData.Length == 64, "report data is 64 bytes");
        var request = new byte[ExtendedRequestSize];
        reportData.CopyTo(request);
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(64), (uint)vmpl);
        var response = new byte[ResponseSize];
        var certificates = new byte[CertificatesSize];
        // The driver reads and writes through addresses in its structures: all three must not move meanwhile.
        fixed (byte* requestAt = request, responseAt = response, certificatesAt = certificates)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(request.AsSpan(RequestSize), (ulong)certificatesAt);
            BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(RequestSize + 8), CertificatesSize);
            bool hasCertificates = Run(GetExtendedReportRequest, (nint)requestAt, (nint)responseAt) == 0;
            int error = hasCertificates ? 0 : Run(GetReportRequest, (nint)requestAt, (nint)responseAt);
            if (error != 0) throw new PlatformUnavailableException($"{device} refused a report: error {error} ({Marshal.GetPInvokeErrorMessage(error)}).");
            return new TsmReport("sev_guest", ReadReport(response), hasCertificates ? certificates : []);
        }
    }

    /// <summary>
    /// A key that the firmware derives from the chip's, the guest's policy and its measurement; null where it gives none. A firmware
    /// update may change it: what was sealed is then lost, and the VN joins anew.
    /// </summary>
    public unsafe SecretKey? TryDeriveSealingKey()
    {
        if (!IsThere) return null;
        byte* request = stackalloc byte[KeyRequestSize];
        byte* response = stackalloc byte[KeyResponseSize];
        new Span<byte>(request, KeyRequestSize).Clear();
        new Span<byte>(response, KeyResponseSize).Clear();
        // Root key 0 is the chip's (VCEK); VMPL, guest SVN and TCB version stay zero since they are not selected.
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(request + 8, sizeof(ulong)), PolicyAndMeasurement);
        int error = Run(GetDerivedKeyRequest, (nint)request, (nint)response);
        var answer = new Span<byte>(response, KeyResponseSize);
        Span<byte> key = answer[32..];
        bool isGiven = error == 0 && BinaryPrimitives.ReadUInt32LittleEndian(answer) == 0 && key.ContainsAnyExcept((byte)0);
        SecretKey? derived = isGiven ? new SecretKey(key) : null;
        CryptographicOperations.ZeroMemory(answer);
        return derived;
    }

    private static byte[] ReadReport(byte[] response)
    {
        uint status = BinaryPrimitives.ReadUInt32LittleEndian(response);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(response.AsSpan(4));
        return status == 0 && size == SnpReport.Size
            ? response.AsSpan(ReportStart, SnpReport.Size).ToArray()
            : throw new PlatformUnavailableException($"The firmware answered with status {status} and {size} bytes.");
    }

    /// <summary>struct snp_guest_request_ioctl: message version, two addresses, firmware and hypervisor errors.</summary>
    private unsafe int Run(uint command, nint request, nint response)
    {
        ulong* argument = stackalloc ulong[4];
        (argument[0], argument[1], argument[2], argument[3]) = (1, (ulong)request, (ulong)response, 0);
        int error = control.Control(device, command, (nint)argument);
        return error == 0 && argument[3] != 0 ? 5 : error;
    }
}
