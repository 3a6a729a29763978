using System.Runtime.InteropServices;

namespace Coco.Tee.Platforms;

/// <summary>The ioctl system call, so that tests can stand in for a driver.</summary>
public interface IDeviceControl
{
    bool Exists(string device);

    /// <summary>Runs a request on a device; the structure at <paramref name="argument"/> may point to others. 0, or the errno.</summary>
    int Control(string device, uint request, nint argument);
}

/// <summary>The real one.</summary>
public sealed class LinuxDeviceControl : IDeviceControl
{
    private const int ReadWrite = 2;
    private const int CloseOnExec = 0x80000;

    /// <summary>A signal interrupted the call: try again.</summary>
    private const int Interrupted = 4;

    public bool Exists(string device) => OperatingSystem.IsLinux() && File.Exists(device);

    public int Control(string device, uint request, nint argument)
    {
        int file = Open(device, ReadWrite | CloseOnExec);
        if (file < 0) return Marshal.GetLastPInvokeError();
        try
        {
            while (true)
            {
                if (Ioctl(file, request, argument) >= 0) return 0;
                int error = Marshal.GetLastPInvokeError();
                if (error != Interrupted) return error;
            }
        }
        finally
        {
            _ = Close(file);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Ioctl(int file, nuint request, nint argument);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int file);
}
