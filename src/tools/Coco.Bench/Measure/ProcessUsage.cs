using System.Globalization;

namespace Coco.Bench;

/// <summary>What a process has used so far, from /proc (Linux).</summary>
/// <param name="CpuSeconds">User and system time, in steps of the kernel's clock tick of 10 ms.</param>
/// <param name="ResidentBytes">Memory held now.</param>
/// <param name="PeakBytes">The most memory ever held.</param>
internal readonly record struct ProcessUsage(double CpuSeconds, long ResidentBytes, long PeakBytes)
{
    private const double TicksPerSecond = 100;

    /// <summary>Null where the process is gone or the system has no /proc.</summary>
    public static ProcessUsage? Of(int process)
    {
        try
        {
            string status = File.ReadAllText($"/proc/{process}/status");
            double cpu = process == Environment.ProcessId ? Environment.CpuUsage.TotalTime.TotalSeconds : CpuOf(process);
            return new ProcessUsage(cpu, KilobytesOf(status, "VmRSS:") << 10, KilobytesOf(status, "VmHWM:") << 10);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Fields 14 and 15 of proc(5) stat; the name before them may hold spaces and ends with the last parenthesis.</summary>
    private static double CpuOf(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Ticks(fields[11]) + Ticks(fields[12])) / TicksPerSecond;
    }

    private static long Ticks(string field) => long.Parse(field, CultureInfo.InvariantCulture);

    private static long KilobytesOf(string status, string name)
    {
        foreach (string line in status.Split('\n'))
            if (line.StartsWith(name, StringComparison.Ordinal)) return Ticks(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim());
        return 0;
    }
}
