using System.Diagnostics;

namespace Coco.Supervisor;

/// <summary>
/// Makes the command line of a process: its log by the shell (so that it outlives the supervisor), its network namespace by nsenter, its
/// user by setpriv.
/// </summary>
internal static class Launch
{
    private const string SetPriv = "/usr/bin/setpriv";
    private const string EnterNamespace = "/usr/bin/nsenter";

    /// <summary>Where <c>ip netns add</c> puts names.</summary>
    private const string NamespaceFolder = "/run/netns";

    public static bool CanChangeUser => NativeCalls.IsRoot && File.Exists(SetPriv);

    public static ProcessStartInfo Prepare(ProcessPlan plan)
    {
        ProcessStartInfo start = OperatingSystem.IsWindows() ? new(plan.Program, plan.Arguments) : InShell(plan);
        start.WorkingDirectory = plan.WorkingFolder;
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.Environment.TryAdd("DOTNET_EnableDiagnostics", "0"); // no debugger or profiler socket into an enclave process, unless asked for
        return start;
    }

    /// <summary>
    /// The shell, nsenter and setpriv replace themselves by what they start: the process id is the program's own. nsenter enters the network's
    /// namespace alone; <c>ip netns exec</c> would give the process mounts of its own as well, which hold a file system that the host took away.
    /// </summary>
    private static ProcessStartInfo InShell(ProcessPlan plan)
    {
        List<string> arguments = ["-c", "exec >>\"$0\" 2>&1; exec \"$@\"", plan.LogFile];
        if (plan.NetworkNamespace is { } name) arguments.AddRange([EnterNamespace, $"--net={NamespaceFolder}/{name}", "--"]);
        if (plan.Uid is { } uid) arguments.AddRange([SetPriv, $"--reuid={uid}", $"--regid={uid}", "--clear-groups", "--no-new-privs", "--"]);
        arguments.Add(plan.Program);
        arguments.AddRange(plan.Arguments);
        return new ProcessStartInfo("/bin/sh", arguments);
    }
}
