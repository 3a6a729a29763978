using System.Globalization;
using System.Text;

namespace Coco.Supervisor;

/// <summary>Processes of this data directory whose supervisor was killed: they hold the ports and files of their successors.</summary>
internal static class Orphans
{
    /// <summary>Ends them, and returns their ids. Recognised by the configuration file that they were started with.</summary>
    public static IReadOnlyList<int> End(DataDirectory data)
    {
        if (!Directory.Exists("/proc/self")) return [];
        string[] markers = [.. NetworkDescription.Read(data).Nodes.Select(node => $"--config\0{data.ConfigurationFile(node)}\0")];
        List<int> ended = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int process)) continue;
            string command = CommandOf(folder);
            if (Array.Exists(markers, marker => command.Contains(marker, StringComparison.Ordinal)) && NativeCalls.Signal(process, NativeCalls.Kill))
                ended.Add(process);
        }
        return ended;
    }

    private static string CommandOf(string folder)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, "cmdline")));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
