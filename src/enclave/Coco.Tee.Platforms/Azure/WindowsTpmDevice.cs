using System.Runtime.InteropServices;

namespace Coco.Tee.Platforms;

/// <summary>Windows' TPM by the TPM Base Services (tbs.h, Windows 8 and Server 2012 onward), which share it between programs. Needs an administrator.</summary>
public sealed class WindowsTpmDevice : ITpmDevice
{
    private const int MaxAnswer = 4096;
    private const uint Version20 = 2;
    private const uint IncludeTpm20 = 1 << 2;
    private const uint LocalityZero = 0;
    private const uint NormalPriority = 200;

    public bool IsThere
    {
        get
        {
            if (!OperatingSystem.IsWindows()) return false;
            var info = new DeviceInfo { StructVersion = 1 };
            return Tbsi_GetDeviceInfo((uint)Marshal.SizeOf<DeviceInfo>(), ref info) == 0 && info.TpmVersion == Version20;
        }
    }

    public byte[] Transceive(ReadOnlySpan<byte> command)
    {
        var parameters = new ContextParameters { Version = Version20, Flags = IncludeTpm20 };
        Check(Tbsi_Context_Create(ref parameters, out IntPtr context));
        try
        {
            var answer = new byte[MaxAnswer];
            uint length = MaxAnswer;
            Check(Tbsip_Submit_Command(context, LocalityZero, NormalPriority, command.ToArray(), (uint)command.Length, answer, ref length));
            return answer[..(int)length];
        }
        finally
        {
            _ = Tbsip_Context_Close(context);
        }
    }

    private static void Check(uint result)
    {
        if (result != 0) throw new PlatformUnavailableException($"The TPM Base Services failed: 0x{result:x8}");
    }

    [DllImport("tbs.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern uint Tbsi_GetDeviceInfo(uint size, ref DeviceInfo info);

    [DllImport("tbs.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern uint Tbsi_Context_Create(ref ContextParameters parameters, out IntPtr context);

    [DllImport("tbs.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern uint Tbsip_Submit_Command(
        IntPtr context, uint locality, uint priority, byte[] command, uint commandLength, byte[] result, ref uint resultLength);

    [DllImport("tbs.dll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern uint Tbsip_Context_Close(IntPtr context);

    /// <summary>TBS_CONTEXT_PARAMS2.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ContextParameters
    {
        public uint Version;
        public uint Flags;
    }

    /// <summary>TPM_DEVICE_INFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct DeviceInfo
    {
        public uint StructVersion;
        public uint TpmVersion;
        public uint InterfaceType;
        public uint ImplementationRevision;
    }
}
