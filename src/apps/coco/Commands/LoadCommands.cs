using System.CommandLine;
using System.Text.Json;
using Coco.Bench;
using Coco.Supervisor;

namespace Coco.Apps.Cli.Commands;

/// <summary>Load runs.</summary>
internal static class LoadCommands
{
    public static IEnumerable<Command> All() => [Bench()];

    private static Command Bench()
    {
        BenchArguments arguments = new();
        Command command = new("bench", "Send a workload to a network, or to any Ethereum JSON-RPC node, and measure.\n\n" +
            "Example: coco bench --workload erc20 --count 20000 --warm-up 5000 --connections 100\n" +
            "Example: coco bench --workload transfer --count 2000 --target http://127.0.0.1:8545");
        foreach (Option option in arguments.All) command.Options.Add(option);
        command.Subcommands.Add(Genesis());
        command.Subcommands.Add(ProgramCommands.Bench());
        command.Subcommands.Add(Failover());
        command.Subcommands.Add(Fairness());
        command.SetAction(async (parsed, cancellation) =>
        {
            GeneratorProcess.Enter();
            BenchOptions options = arguments.Read(parsed);
            BenchRun.Check(options);
            BenchNetwork network = options.Targets.Count > 0 ? BenchNetwork.Foreign(options.Targets)
                : BenchNetwork.FromStatus(await StatusAsync(parsed, arguments.Data, cancellation));
            TerminalProgress progress = new(Console.Error, !Console.IsErrorRedirected);
            BenchReport report = await new BenchRun(options, network, progress).RunAsync(cancellation);
            if (!Console.IsErrorRedirected) Console.Error.Write("\r\x1b[K");
            if (parsed.GetValue(arguments.Json)) Shared.PrintJson(report);
            else BenchPrinter.Print(report);
            return report is { Failed: 0, FinalEqual: true } ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static Command Failover()
    {
        Option<int> kills = new("--kills") { Description = "Leaders to kill.", DefaultValueFactory = _ => 10 };
        Option<double> rate = new("--rate") { Description = "Transfers due per second.", DefaultValueFactory = _ => 200 };
        Option<int> connections = new("--connections") { Description = "Connections, spread over the nodes.", DefaultValueFactory = _ => 100 };
        Option<ulong> seed = new("--seed") { Description = "Decides accounts and recipients.", DefaultValueFactory = _ => 1 };
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Command command = new("failover", "Kill the leader's manager under load, time after time, and measure how long writes wait.\n\n" +
            "Example: coco bench failover --kills 20 --json")
        {
            kills, rate, connections, seed, data, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            GeneratorProcess.Enter();
            DataDirectory directory = Shared.DataOf(parsed, data);
            BenchOptions options = new() { Workload = Workload.Transfer, Count = 1, Connections = parsed.GetValue(connections), Seed = parsed.GetValue(seed) };
            if (parsed.GetValue(kills) < 1 || parsed.GetValue(rate) <= 0) throw new BenchFailureException(BenchFailureKind.Usage, "--kills and --rate must be above 0.");
            BenchNetwork network = BenchNetwork.FromStatus(await StatusAsync(parsed, data, cancellation));
            FailoverRun run = new(
                parsed.GetValue(kills), FailoverRun.LoadFor(parsed.GetValue(kills), parsed.GetValue(rate), options), network,
                new TerminalProgress(Console.Error, !Console.IsErrorRedirected), token => LeaderAsync(directory, token));
            FailoverReport report = await run.RunAsync(cancellation);
            if (!Console.IsErrorRedirected) Console.Error.Write("\r\x1b[K");
            if (parsed.GetValue(json)) Shared.PrintJson(report);
            else Print(report);
            return report is { Lost: 0, Duplicated: 0, FinalEqual: true } && report.Kills == parsed.GetValue(kills) ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static Command Fairness()
    {
        Option<int> pairs = new("--pairs") { Description = "Runs alone, each followed by one beside the flood.", DefaultValueFactory = _ => 3 };
        Option<double> rate = new("--rate") { Description = "Transfers due per second on the node that is not flooded.", DefaultValueFactory = _ => 100 };
        Option<int> seconds = new("--seconds") { Description = "How long each run takes.", DefaultValueFactory = _ => 10 };
        Option<int> flood = new("--flood") { Description = "Transfers in a flood.", DefaultValueFactory = _ => 200_000 };
        Option<ulong> seed = new("--seed") { Description = "Decides accounts and recipients.", DefaultValueFactory = _ => 1 };
        Option<DirectoryInfo> data = Shared.Data();
        Option<bool> json = Shared.Json();
        Command command = new("fairness", "Measure one node's transfers alone and while another node is flooded.\n\nExample: coco bench fairness --pairs 3 --json")
        {
            pairs, rate, seconds, flood, seed, data, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            GeneratorProcess.Enter();
            FairnessOptions options = new(
                parsed.GetValue(pairs), parsed.GetValue(rate), parsed.GetValue(seconds), parsed.GetValue(flood), parsed.GetValue(seed));
            options.Check();
            BenchNetwork network = BenchNetwork.FromStatus(await StatusAsync(parsed, data, cancellation));
            FairnessRun run = new(options, network, new TerminalProgress(Console.Error, !Console.IsErrorRedirected));
            FairnessReport report = await run.RunAsync(cancellation);
            if (!Console.IsErrorRedirected) Console.Error.Write("\r\x1b[K");
            if (parsed.GetValue(json)) Shared.PrintJson(report);
            else Print(report);
            return report.Failed == 0 ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static async Task<LeaderState> LeaderAsync(DataDirectory data, CancellationToken cancellation)
    {
        NetworkStatus status = await StatusReader.ReadAsync(data, cancellation);
        StatusNode? leader = status.Nodes.FirstOrDefault(node => node.Role == "leader");
        return new LeaderState(leader?.ManagerPid, status.Term, status.State == "open" && status.Nodes.All(node => node.Role is "leader" or "follower"));
    }

    private static void Print(FailoverReport report) => Shared.PrintFacts(
    [
        ("kills", $"{report.Kills}"),
        ("committed", $"{report.Committed:N0}"),
        ("lost, duplicated", $"{report.Lost:N0}, {report.Duplicated:N0}"),
        ("writes again after ms", report.UnavailableMs is { } wait ? $"p50 {wait.P50}, p99 {wait.P99}, max {wait.Max}" : "-"),
        ("elections without fault", $"{report.ElectionsWithoutFault}"),
        ("nodes agree", report.FinalEqual ? "yes" : "no"),
    ]);

    private static void Print(FairnessReport report) => Shared.PrintFacts(
    [
        .. report.Pairs.Select((pair, i) => (
            $"pair {i + 1}, p50 and p95 in ms",
            $"alone {pair.AloneMs.P50:F1}, {pair.AloneMs.P95:F1}; beside {pair.BesideMs.P50:F1}, {pair.BesideMs.P95:F1}; flood {pair.FloodedPerSecond:N0}/s")),
        ("p95 beside, times alone", $"{report.TimesAlone}"),
        ("failed", $"{report.Failed}"),
        ("generator's own waits", report.AutogroupEnabled ? "in the latencies: set kernel.sched_autogroup_enabled to 0" : "small"),
    ]);

    private static async Task<JsonElement> StatusAsync(ParseResult parsed, Option<DirectoryInfo> data, CancellationToken cancellation) =>
        JsonSerializer.SerializeToElement(await StatusReader.ReadAsync(Shared.DataOf(parsed, data), cancellation), SupervisorJson.Options);

    private static Command Genesis()
    {
        Option<int> accounts = new("--accounts") { Description = "Accounts with ether and tokens.", DefaultValueFactory = _ => 1_000_000 };
        Option<ulong> seed = new("--seed") { Description = "The seed of the run that will use them.", DefaultValueFactory = _ => 1 };
        Option<ulong> chainId = new("--chain-id") { Description = "The chain id.", DefaultValueFactory = _ => 2017 };
        Option<bool> mainnet = new("--mainnet") { Description = "The genesis of the mainnet workload instead." };
        Option<string?> blocks = new("--blocks") { Description = "The blocks of the mainnet workload.", HelpName = "PATH" };
        Argument<FileInfo> file = new("FILE") { Description = "The file to write." };
        Command command = new("genesis", "Write a genesis file that funds a seed's accounts.\n\n" +
            "Example: coco bench genesis --accounts 1000000 million.json && coco up --genesis million.json")
        {
            accounts, seed, chainId, mainnet, blocks, file,
        };
        command.SetAction(parsed =>
        {
            using FileStream output = parsed.GetRequiredValue(file).Create();
            if (parsed.GetValue(mainnet)) MainnetGenesis.Write(output, parsed.GetValue(blocks));
            else BenchGenesis.Write(output, parsed.GetValue(seed), parsed.GetValue(accounts), parsed.GetValue(chainId));
            return ExitCode.Done;
        });
        return command;
    }
}
