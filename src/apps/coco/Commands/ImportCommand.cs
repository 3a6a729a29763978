using System.CommandLine;
using Coco.Conformance.Import;

namespace Coco.Apps.Cli.Commands;

/// <summary>Takes an existing chain over into a new network.</summary>
internal static class ImportCommand
{
    public static Command Make()
    {
        Option<string> genesis = new("--genesis") { Description = "The chain's genesis file, as geth reads it.", Required = true, HelpName = "FILE" };
        Option<string> chain = new("--chain") { Description = "Its blocks in RLP, as geth export writes them.", Required = true, HelpName = "FILE" };
        Option<string?> output = new("--output") { Description = "Write the genesis file of the new network.", HelpName = "FILE" };
        Option<bool> json = Shared.Json();
        Command command = new("import", "Execute and verify an existing chain, and begin a new network with its state.\n\n" +
            "Example: coco ethereum import --genesis genesis.json --chain chain.rlp --output next.json && coco up --genesis next.json")
        {
            genesis, chain, output, json,
        };
        command.SetAction(parsed =>
        {
            ImportReport report = ChainImport.Run(parsed.GetRequiredValue(genesis), parsed.GetRequiredValue(chain), parsed.GetValue(output));
            if (parsed.GetValue(json)) Shared.PrintJson(report);
            else Print(report);
            return report.Problem is null ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static void Print(ImportReport report)
    {
        List<(string, string)> facts =
        [
            ("blocks", $"{report.Blocks:N0} with {report.Transactions:N0} transactions and {report.Gas:N0} gas in {report.Seconds:N1} s"),
        ];
        if (report.Head is { } head) facts.Add(("head", $"{head.Number:N0} {head.Hash}, state {head.StateRoot}"));
        if (report.Problem is { } problem)
            facts.Add(("REFUSED", $"block {problem.Block}, {problem.Check}: expected {problem.Expected}, actual {problem.Actual}"));
        if (report.Output is { } output) facts.Add(("new genesis", output));
        Shared.PrintFacts(facts);
    }
}
