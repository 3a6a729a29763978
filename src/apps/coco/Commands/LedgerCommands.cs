using System.CommandLine;
using Coco.Supervisor;

namespace Coco.Apps.Cli.Commands;

/// <summary>Ledger files, receipts and evidence.</summary>
internal static class LedgerCommands
{
    public static IEnumerable<Command> All() =>
    [
        Shared.Group("ledger", "Verify, replay and show ledger files.",
            Verify(),
            Shared.NotYet("replay", "Execute a ledger again and compare."),
            Shared.NotYet("keys", "Write the keys of a development network's ledger."),
            Shared.NotYet("decrypt", "Decrypt a ledger with a disclosed key."),
            Shared.NotYet("show", "Show the public parts of a ledger.")),
        Shared.Group("ethereum", "Ethereum chains.", Shared.NotYet("import", "Import an existing chain.")),
        Shared.Group("receipt", "Proofs that a transaction is in the ledger.",
            Shared.NotYet("get", "Fetch a receipt."), Shared.NotYet("verify", "Verify a receipt, offline.")),
        Shared.Group("evidence", "Attestation evidence.",
            Shared.NotYet("show", "Show evidence."), Shared.NotYet("verify", "Verify evidence, offline."),
            Shared.NotYet("fetch", "Fetch a node's evidence.")),
    ];

    private static Command Verify()
    {
        Argument<string> folder = new("DIR") { Description = "The folder with the ledger files." };
        Option<ulong> from = new("--from") { Description = "The first entry of interest.", DefaultValueFactory = _ => 1, HelpName = "I" };
        Option<string?> identity = new("--identity") { Description = "A file with the network's id.", HelpName = "FILE" };
        Option<bool> json = Shared.Json();
        Command command = new("verify", "Verify ledger files, offline.\n\nExample: coco ledger verify data/node1/manager/ledger --json")
        {
            folder, from, identity, json,
        };
        command.SetAction(parsed =>
        {
            LedgerCheck check = LedgerCheck.Run(parsed.GetRequiredValue(folder), parsed.GetValue(from), parsed.GetValue(identity));
            if (parsed.GetValue(json)) Shared.PrintJson(check);
            else Print(check);
            return check.Holds ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static void Print(LedgerCheck check)
    {
        Console.Out.WriteLine($"{check.Entries} entries, {check.FirstIndex} to {check.LastIndex}, committed through {check.CommittedThrough}, root {check.Root}");
        Console.Out.WriteLine(check.Problem is { } problem ? $"DOES NOT HOLD at entry {problem.Index}: {problem.Kind}: {problem.Message}" : "It holds.");
    }
}
