using System.Runtime.InteropServices;

namespace Coco.Hostile;

/// <summary>Reading, steering and ending other processes.</summary>
internal static unsafe partial class ProcessAttempts
{
    private const int Attach = 16;
    private const int Detach = 17;
    private const int Terminate = 15;

    public static IEnumerable<Attempt> All(Targets targets)
    {
        foreach (int process in targets.Processes)
        {
            yield return Attempt.Try($"process_vm_readv {process}", () => ReadMemory(process));
            foreach (string file in (string[])["mem", "environ", "maps", "io", "stack", "auxv"])
                yield return Attempt.Try($"read /proc/{process}/{file}", () => ReadSome($"/proc/{process}/{file}"));
            if (targets.IsReading) continue;
            yield return Attempt.Try($"ptrace {process}", () => Trace(process));
            yield return Attempt.Try($"write /proc/{process}/mem", () => File.OpenWrite($"/proc/{process}/mem").Dispose());
            yield return Attempt.Try($"list /proc/{process}/fd", () => _ = Directory.GetFileSystemEntries($"/proc/{process}/fd"));
            yield return Attempt.Try($"enter /proc/{process}/cwd", () => _ = Directory.GetFileSystemEntries($"/proc/{process}/cwd/"));
            yield return Attempt.Try($"diagnose {process}", () => Diagnose(process));
            yield return Attempt.Try($"kill {process}", () => Check(Kill(process, Terminate)));
        }
    }

    private static void Trace(int process)
    {
        Check((int)PTrace(Attach, process, 0, 0));
        _ = PTrace(Detach, process, 0, 0);
    }

    private static void ReadMemory(int process)
    {
        byte* content = stackalloc byte[16];
        nint* here = stackalloc nint[2];
        nint* there = stackalloc nint[2];
        (here[0], here[1], there[0], there[1]) = ((nint)content, 16, 0x400000, 16);
        Check((int)ReadVirtual(process, here, 1, there, 1, 0));
    }

    private static void ReadSome(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        // A process's memory begins with what is not there: that the file opens is enough.
        if (!file.EndsWith("/mem", StringComparison.Ordinal) && stream.Read(new byte[16]) == 0) throw new IOException("empty");
    }

    /// <summary>The runtime's own door for debuggers and profilers.</summary>
    private static void Diagnose(int process)
    {
        string[] doors = Directory.GetFiles("/tmp", $"dotnet-diagnostic-{process}-*");
        if (doors.Length == 0) throw new IOException("it has no diagnostics socket");
        SocketAttempts.Connect(doors[0]);
    }

    private static void Check(int result)
    {
        if (result < 0) throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
    }

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    private static partial nint PTrace(nint request, int process, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "process_vm_readv", SetLastError = true)]
    private static partial nint ReadVirtual(int process, nint* here, nuint hereCount, nint* there, nuint thereCount, nuint flags);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
