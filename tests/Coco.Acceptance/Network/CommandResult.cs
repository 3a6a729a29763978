using System.Diagnostics;

namespace Coco.Acceptance.Network;

/// <summary>What a program printed and how it ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs a program to its end; kills it after <paramref name="patience"/>.</summary>
    public static async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, TimeSpan patience, string? folder = null)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (folder is not null) start.WorkingDirectory = folder;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource late = new(patience);
        await process.WaitForExitAsync(late.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        return new CommandResult(late.IsCancellationRequested ? -1 : process.ExitCode, await output, await errors);
    }

    public static Task<CommandResult> CocoAsync(params string[] arguments) =>
        RunAsync(Checkout.Cli, arguments, TimeSpan.FromSeconds(120));
}
