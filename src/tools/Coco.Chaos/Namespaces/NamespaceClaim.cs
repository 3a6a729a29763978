using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Coco.Supervisor;

namespace Coco.Chaos;

/// <summary>
/// The right to the names that go with a port base, for as long as this process lives: a locked file, in which the network's folder
/// stands. What a killed run left behind is removed with its processes: nobody else holds those names.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class NamespaceClaim : IDisposable
{
    private const string NamesFolder = "/run/netns";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly FileStream _lock;
    private readonly NamespacePlan _plan;

    private NamespaceClaim(FileStream file, NamespacePlan plan)
    {
        _lock = file;
        _plan = plan;
    }

    /// <summary>Throws <see cref="SupervisorException"/> where another run holds the names.</summary>
    public static NamespaceClaim Take(int portBase, string dataFolder)
    {
        NamespacePlan plan = new(portBase, block: 0); // for its names
        FileStream file;
        try
        {
            file = new FileStream($"/run/{plan.HostLink}-chaos.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new SupervisorException($"Another chaos run has the namespaces {plan.Prefix}*: choose another --port-base.");
        }
        NamespaceClaim claim = new(file, plan);
        using (StreamReader reader = new(file, Encoding.UTF8, leaveOpen: true))
            if (reader.ReadToEnd() is { Length: > 0 } folder) EndSupervisor(folder);
        claim.Clear();
        file.SetLength(0);
        file.Write(Encoding.UTF8.GetBytes(dataFolder));
        file.Flush();
        return claim;
    }

    /// <summary>Removes the namespaces with all that is in them.</summary>
    public void Clear()
    {
        foreach (string device in (string[])[_plan.HostLink, _plan.DelayDevice])
            if (Directory.Exists($"/sys/class/net/{device}")) HostCommand.TryRun("ip", "link", "del", "dev", device);
        foreach (string name in Existing())
        {
            foreach (string process in HostCommand.Run("ip", "netns", "pids", name).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Signals.Send(int.Parse(process, CultureInfo.InvariantCulture), Signals.Kill);
            HostCommand.Run("ip", "netns", "del", name);
        }
    }

    public void Dispose()
    {
        Clear();
        _lock.SetLength(0);
        _lock.Dispose();
    }

    private IEnumerable<string> Existing() => !Directory.Exists(NamesFolder) ? []
        : Directory.EnumerateFiles(NamesFolder, _plan.Prefix + "*").Select(file => Path.GetFileName(file)).ToArray();

    /// <summary>The process keeper of a run that was killed would start its nodes again for ever.</summary>
    private static void EndSupervisor(string folder)
    {
        int[] found = [.. SupervisorsOf(folder)];
        foreach (int process in found) Signals.Send(process, Signals.Terminate);
        long start = Stopwatch.GetTimestamp();
        while (found.Any(process => Directory.Exists($"/proc/{process}")) && Stopwatch.GetElapsedTime(start) < Patience) Thread.Sleep(50);
        foreach (int process in SupervisorsOf(folder)) Signals.Send(process, Signals.Kill);
    }

    private static IEnumerable<int> SupervisorsOf(string folder)
    {
        string wanted = $"\0supervise\0--data\0{folder}\0";
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out int id)) continue;
            string command = "";
            try
            {
                command = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(process, "cmdline")));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
            if (command.EndsWith(wanted, StringComparison.Ordinal)) yield return id;
        }
    }
}
