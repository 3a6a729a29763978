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
        command.Subcommands.Add(Shared.NotYet("failover", "Kill leaders under load and measure how long writes wait."));
        command.SetAction(async (parsed, cancellation) =>
        {
            RpcConnections.ServeFromOneThread();
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
