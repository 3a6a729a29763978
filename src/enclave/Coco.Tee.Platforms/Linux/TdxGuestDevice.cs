using System.Runtime.InteropServices;

namespace Coco.Tee.Platforms;

/// <summary>
/// /dev/tdx_guest (Linux, include/uapi/linux/tdx-guest.h): a TDREPORT, which only the same machine can check. Good for reading one's
/// own measurement; a quote for others comes from configfs-tsm.
/// </summary>
public sealed class TdxGuestDevice(IDeviceControl control, string device = TdxGuestDevice.SystemDevice)
{
    public const string SystemDevice = "/dev/tdx_guest";

    /// <summary>_IOWR('T', 1, struct tdx_report_req): 64 bytes of report data, 1024 of report.</summary>
    public const uint GetReportRequest = 0xC440_5401;

    public const int ReportSize = 1024;
    private const int InfoStart = 512;
    private const int MrTdStart = InfoStart + 16;
    private const int RegistersStart = InfoStart + 16 + 4 * TdReport.MeasurementSize;

    public bool IsThere => control.Exists(device);

    /// <summary>Throws <see cref="PlatformUnavailableException"/>.</summary>
    public unsafe byte[] GetReport(ReadOnlySpan<byte> reportData)
    {
        Coco.Primitives.Invariant.Holds(reportData.Length == 64, "report data is 64 bytes");
        var request = new byte[64 + ReportSize];
        reportData.CopyTo(request);
        fixed (byte* at = request)
        {
            int error = control.Control(device, GetReportRequest, (nint)at);
            if (error != 0) throw new PlatformUnavailableException($"{device} refused a report: error {error} ({Marshal.GetPInvokeErrorMessage(error)}).");
        }
        return request[64..];
    }

    /// <summary>As <see cref="TdReport.ComputeMeasurement"/>, from a TDREPORT (Intel TDX Module ABI, TDINFO_STRUCT).</summary>
    public static byte[] MeasurementOf(ReadOnlySpan<byte> tdReport) => TdReport.MeasurementOf(
        tdReport.Slice(MrTdStart, TdReport.MeasurementSize), tdReport.Slice(RegistersStart, TdReport.RegisterCount * TdReport.MeasurementSize));
}
