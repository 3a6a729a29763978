using System.CommandLine;
using Coco.Conformance.Fuzz;

namespace Coco.Apps.Cli.Commands;

/// <summary>Random programs on the virtual machine.</summary>
internal static class FuzzCommand
{
    public static Command Make()
    {
        Option<double> seconds = new("--seconds") { Description = "How long.", DefaultValueFactory = _ => 60 };
        Option<ulong> seed = new("--seed") { Description = "Of the first program; each next one has the next seed.", DefaultValueFactory = _ => 1 };
        Option<long> programs = new("--programs") { Description = "At most so many; 1 with a seed replays one.", DefaultValueFactory = _ => long.MaxValue };
        Option<string?> peer = new("--peer") { Description = "A development node (anvil, Hardhat) to compare with; its chain is reset.", HelpName = "URL" };
        Option<bool> json = Shared.Json();
        Command command = new("evm", "Run random programs and transactions on the virtual machine.\n\n" +
            "Example: coco fuzz evm --seconds 600\nExample: coco fuzz evm --seconds 60 --seed 7 --peer http://127.0.0.1:8545")
        {
            seconds, seed, programs, peer, json,
        };
        command.SetAction(parsed =>
        {
            FuzzReport report = FuzzRun.Run(new FuzzOptions(
                parsed.GetValue(seconds), parsed.GetValue(seed), parsed.GetValue(programs), Shared.Url(parsed.GetValue(peer))));
            if (parsed.GetValue(json)) Shared.PrintJson(report);
            else Print(report);
            return report.IsClean ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static void Print(FuzzReport report)
    {
        foreach (FuzzProblem problem in report.Violations.Concat(report.Differences))
            Console.Out.WriteLine($"seed {problem.Seed}: {problem.Check}: expected {problem.Expected}, got {problem.Actual}");
        Console.Out.WriteLine($"{report.Programs} programs, {report.Crashes} crashes, {report.Hangs} hangs, {report.Compared} compared with "
            + $"{report.Peer ?? "no peer"}, {report.Differences.Count} differences in {report.Seconds:N1} s");
    }
}
