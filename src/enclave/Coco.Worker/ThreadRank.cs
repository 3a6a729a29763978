using System.Runtime.InteropServices;

namespace Coco.Worker;

/// <summary>
/// Puts the calling thread behind the others (sched_setattr(2)): by its slice (Linux 6.12), since of two that want a processor the one with the
/// shorter slice goes first and takes it from the other when it wakes, though both get as much of it in the end; and by its niceness, which is
/// how much. Needs no privilege. Where the system knows none of it, the thread stays as it was.
/// </summary>
internal static partial class ThreadRank
{
    /// <summary>The longest slice that there is; the usual one is some milliseconds.</summary>
    public const ulong SliceNanoseconds = 100_000_000;

    private const int MostNiceness = 19;

    /// <summary>Threads that the calling one starts have the usual slice again. Its niceness they keep.</summary>
    private const ulong ResetOnFork = 1;

    private static readonly (nint Set, nint Get)? Calls = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (314, 315),
        Architecture.Arm64 => (274, 275),
        _ => null,
    };

    /// <param name="niceness">Steps; can't be taken back, and not only for this thread: those that it starts keep it.</param>
    public static void Lower(int niceness)
    {
        if (Read() is not { } attributes) return;
        attributes.Runtime = SliceNanoseconds;
        attributes.Flags |= ResetOnFork;
        attributes.Nice = Math.Min(attributes.Nice + niceness, MostNiceness);
        _ = Set(Calls!.Value.Set, 0, ref attributes, 0);
    }

    /// <summary>Of the calling thread; null where the system can't say.</summary>
    public static (ulong SliceNanoseconds, int Niceness)? Current => Read() is { } attributes ? (attributes.Runtime, attributes.Nice) : null;

    private static Attributes? Read()
    {
        if (!OperatingSystem.IsLinux() || Calls is not { } calls) return null;
        var attributes = default(Attributes);
        return Get(calls.Get, 0, ref attributes, Marshal.SizeOf<Attributes>(), 0) == 0 ? attributes : null;
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Set(nint call, nint thread, ref Attributes attributes, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Get(nint call, nint thread, ref Attributes attributes, nint size, nint flags);

    /// <summary>struct sched_attr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
