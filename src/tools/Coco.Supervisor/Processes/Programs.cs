using System.Diagnostics;

namespace Coco.Supervisor;

/// <summary>Finds the programs of a validating node: beside this one where installed, in the build outputs in a checkout.</summary>
public static class Programs
{
    public const string Manager = "coco-manager";
    public const string Worker = "coco-worker";

    /// <summary>Throws <see cref="SupervisorException"/> when the program is not there.</summary>
    public static string Find(string name)
    {
        string file = OperatingSystem.IsWindows() ? name + ".exe" : name;
        string here = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        string configuration = Path.GetFileName(here);
        string[] places = [Path.Combine(here, file), Path.GetFullPath(Path.Combine(here, "..", "..", name, configuration, file))];
        return Array.Find(places, File.Exists)
            ?? throw new SupervisorException($"{name} is not built. Run: ./coco build", isMissing: true);
    }

    /// <summary>The measurement that a program reports of itself (<c>PROGRAM --print-measurement</c>), as hex without 0x.</summary>
    public static async Task<string> MeasurementAsync(string name, CancellationToken cancellation) => (await AskAsync(name, [], cancellation)).Measurement;

    /// <summary>What the manager's platform says of it, on this machine and by this configuration: the platform's name and the measurement.</summary>
    public static Task<(string Platform, string Measurement)> ManagerMeasurementAsync(string configurationFile, CancellationToken cancellation) =>
        AskAsync(Manager, ["--config", configurationFile], cancellation);

    private static async Task<(string Platform, string Measurement)> AskAsync(string name, string[] more, CancellationToken cancellation)
    {
        using Process process = new() { StartInfo = new ProcessStartInfo(Find(name), ["--print-measurement", .. more]) { RedirectStandardOutput = true } };
        process.Start();
        string output = (await process.StandardOutput.ReadToEndAsync(cancellation)).Trim();
        await process.WaitForExitAsync(cancellation);
        string[] words = output.Split(' ');
        string digits = words[0].StartsWith("0x", StringComparison.Ordinal) ? words[0][2..] : words[0];
        return process.ExitCode == 0 && digits.Length is >= 64 and <= 128 && digits.All(char.IsAsciiHexDigitLower) ? (words.Length > 1 ? words[1] : "software", digits)
            : throw new SupervisorException($"{name} reports no measurement of itself: {(output.Length > 0 ? output : "it said nothing")}", isMissing: true);
    }
}
