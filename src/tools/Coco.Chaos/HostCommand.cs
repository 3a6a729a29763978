using System.Diagnostics;
using Coco.Supervisor;

namespace Coco.Chaos;

/// <summary>Programs of the host that are run to their end.</summary>
internal static class HostCommand
{
    /// <summary>What it printed; throws <see cref="SupervisorException"/> with its complaint where it fails.</summary>
    public static string Run(string program, params string[] arguments)
    {
        (int code, string output, string problem) = Execute(program, arguments);
        return code == 0 ? output : throw new SupervisorException($"{program} {string.Join(' ', arguments)}: {problem}");
    }

    /// <summary>False where it fails.</summary>
    public static bool TryRun(string program, params string[] arguments) => Execute(program, arguments).Code == 0;

    private static (int Code, string Output, string Problem) Execute(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> problem = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, problem.GetAwaiter().GetResult().Trim());
    }
}
