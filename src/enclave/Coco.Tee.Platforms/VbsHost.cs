using System.Runtime.InteropServices;

namespace Coco.Tee.Platforms;

/// <summary>
/// Windows' VBS enclaves. Only a native library runs in one, and this version has none that would hold a VN's keys: a manager
/// cannot say of itself that it is attested by VBS, and does not.
/// </summary>
internal static class VbsHost
{
    private const uint EnclaveTypeVbs = 0x10;

    public static PlatformUnavailableException Refusal() => new(
        !OperatingSystem.IsWindows() ? "VBS enclaves are Windows' alone; this machine runs another system."
        : !IsEnclaveTypeSupported(EnclaveTypeVbs) ? "This Windows machine offers no VBS enclaves."
        : "This machine offers VBS enclaves, but a .NET program does not run in one, and this version has no native key holder.");

    /// <summary>enclaveapi.h, Windows 10 and Server 2016 onward.</summary>
    [DllImport("kernel32.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool IsEnclaveTypeSupported(uint enclaveType);
}
