using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Coco.Manager.Disk;

/// <summary>What .NET has no call for: syncing a folder, so that files made, renamed or deleted in it stay so.</summary>
internal static partial class PosixFiles
{
    public static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) return; // NTFS journals its folders
        using SafeFileHandle handle = new(Open(path, flags: 0), ownsHandle: true);
        if (handle.IsInvalid || Sync((int)handle.DangerousGetHandle()) != 0)
            throw new IOException($"The folder {path} could not be synced (errno {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>Replaces a file as a whole: after a crash it is the old one or the new one.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string next = path + ".next";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(next, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(next, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>The memory of this process is not to be read by others of the same user (prctl PR_SET_DUMPABLE).</summary>
    public static void ForbidDumps()
    {
        if (OperatingSystem.IsLinux()) _ = Control(4, 0, 0, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);
}
