using System.Runtime.InteropServices;

namespace Coco.Supervisor;

/// <summary>System calls that the class library does not offer.</summary>
internal static class NativeCalls
{
    public const int Kill = 9;
    public const int Terminate = 15;

    public static bool IsRoot => !OperatingSystem.IsWindows() && GetEffectiveUser() == 0;

    /// <summary>Sends a signal; false where the process is gone or not ours.</summary>
    public static bool Signal(int process, int signal) => SendSignal(process, signal) == 0;

    /// <summary>Gives a file or folder to a user and the group of the same number.</summary>
    public static void Give(string path, int uid)
    {
        if (ChangeOwner(path, uid, uid) != 0)
            throw new SupervisorException($"{path} cannot be given to user {uid}: error {Marshal.GetLastPInvokeError()}.");
    }

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint GetEffectiveUser();

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int process, int signal);

    [DllImport("libc", EntryPoint = "chown", SetLastError = true)]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int user, int group);
}
