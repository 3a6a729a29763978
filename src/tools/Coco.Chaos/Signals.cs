using System.Runtime.InteropServices;

namespace Coco.Chaos;

/// <summary>Signals to the processes of a network. A process that is gone already is none to send to.</summary>
internal static class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static bool IsRoot => !OperatingSystem.IsWindows() && GetEffectiveUser() == 0;

    public static void Send(int? process, int signal)
    {
        if (process is { } id) _ = SendSignal(id, signal);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int process, int signal);

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint GetEffectiveUser();
}
