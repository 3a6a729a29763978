using System.CommandLine;
using Coco.Chaos;
using Coco.Supervisor;

namespace Coco.Apps.Cli.Commands;

/// <summary>Breaking a real network, and checking what its clients saw.</summary>
internal static class ChaosCommands
{
    public static Command Chaos()
    {
        Option<double> minutes = new("--minutes") { Description = "How long faults go on.", DefaultValueFactory = _ => 5 };
        Option<int> seed = new("--seed") { Description = "Decides faults, their order and their victims.", DefaultValueFactory = _ => 1 };
        Option<string?> faults = new("--faults")
        {
            Description = "Some of " + string.Join(',', Enum.GetNames<FaultKind>()).ToLowerInvariant() + "; all that this machine permits if left out.",
            HelpName = "LIST",
        };
        Option<int> nodes = new("--nodes") { Description = "Validating nodes.", DefaultValueFactory = _ => 3 };
        Option<int> clients = new("--clients") { Description = "Clients that write and read.", DefaultValueFactory = _ => 8 };
        Option<int> portBase = new("--port-base") { Description = "The first port; each node takes ten.", DefaultValueFactory = _ => 8540 };
        Option<string?> history = new("--history") { Description = "Where the history goes; into --data if left out.", HelpName = "FILE" };
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Command command = new("chaos", "Make a key-value network in an empty folder, break it under load, and check what it promised.\n\n" +
            "Example: coco chaos --minutes 5 --data chaos --faults kill,killall,partition --json")
        {
            minutes, seed, faults, nodes, clients, portBase, history, data, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(minutes) <= 0 || parsed.GetValue(nodes) < 3 || parsed.GetValue(clients) < 1)
                return Refuse("--minutes must be above 0, --nodes at least 3, --clients at least 1.");
            if (!TryReadFaults(parsed.GetValue(faults), out List<FaultKind> kinds, out string unknown)) return Refuse($"There is no fault '{unknown}'.");
            ChaosOptions options = new()
            {
                Minutes = parsed.GetValue(minutes),
                Seed = parsed.GetValue(seed),
                Faults = kinds,
                Nodes = parsed.GetValue(nodes),
                Clients = parsed.GetValue(clients),
                PortBase = parsed.GetValue(portBase),
                HistoryFile = parsed.GetValue(history),
            };
            DataDirectory directory = Shared.DataOf(parsed, data);
            ChaosRun run = new(options, directory, Environment.ProcessPath!, token => KeyFetch.RunAsync(directory, token), Console.Error.WriteLine);
            ChaosReport report = await run.RunAsync(cancellation);
            if (parsed.GetValue(json)) Shared.PrintJson(report);
            else Print(report);
            return report.Holds ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    public static Command CheckHistory()
    {
        Argument<FileInfo> file = new("FILE") { Description = "JSON lines, as coco chaos writes them." };
        Option<bool> json = Shared.Json();
        Command command = new("history", "Check a recorded history for linearizability.\n\nExample: coco check history chaos/history.jsonl --json") { file, json };
        command.SetAction(parsed =>
        {
            HistoryVerdict verdict = Linearizability.Check(HistoryFile.Read(parsed.GetRequiredValue(file).FullName));
            if (parsed.GetValue(json)) Shared.PrintJson(verdict);
            else Console.Out.WriteLine(verdict.Linearizable ? $"{verdict.Operations:N0} operations: linearizable" : verdict.Witness);
            return verdict.Linearizable ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine("coco chaos: " + reason);
        return ExitCode.Usage;
    }

    private static bool TryReadFaults(string? text, out List<FaultKind> kinds, out string unknown)
    {
        kinds = [];
        unknown = "";
        foreach (string name in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (char.IsAsciiDigit(name[0]) || !Enum.TryParse(name, ignoreCase: true, out FaultKind kind))
            {
                unknown = name;
                return false;
            }
            kinds.Add(kind);
        }
        return true;
    }

    private static void Print(ChaosReport report)
    {
        Shared.PrintFacts(
        [
            ("faults", string.Join(", ", report.Faults.Select(fault => $"{fault.Key} {fault.Value}"))),
            ("acknowledged", $"{report.Acknowledged:N0}"),
            ("lost, duplicated", $"{report.Lost:N0}, {report.Duplicated:N0}"),
            ("receipts that hold", $"{report.Receipts:N0}"),
            ("linearizable", report.Linearizable ? "yes" : report.Witness ?? "no"),
            ("ledgers identical", report.LedgersIdentical ? "yes" : "no"),
            ("nodes that differ", $"{report.DivergentNodes}"),
            ("writes again after ms", report.UnavailableMs is { } wait ? $"p50 {wait.P50}, p99 {wait.P99}, max {wait.Max}" : "-"),
            ("elections without fault", $"{report.ElectionsWithoutFault}"),
            ("partitions by", report.PartitionedBy),
            ("whole again after ms", string.Join(", ", report.WholeMs.Select(kind => $"{kind.Key} p50 {kind.Value.P50}, max {kind.Value.Max}"))),
            ("history", report.HistoryFile),
            ("problems", report.Problems.Count == 0 ? "none" : string.Join(" ", report.Problems)),
        ]);
    }
}
