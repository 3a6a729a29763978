using System.CommandLine;
using Coco.Audit;
using Coco.Supervisor;

namespace Coco.Apps.Cli.Commands;

/// <summary>Ledger files and receipts.</summary>
internal static class LedgerCommands
{
    public static IEnumerable<Command> All() =>
    [
        Shared.Group("ledger", "Verify, replay and show ledger files.",
            Verify(), Replay(), Keys(), Show(),
            Shared.NotYet("decrypt", "Decrypt a ledger with a disclosed key.")),
        Shared.Group("ethereum", "Ethereum chains.", ImportCommand.Make()),
        Shared.Group("receipt", "Proofs that a transaction is in the ledger.",
            Shared.NotYet("get", "Fetch a receipt."), Shared.NotYet("verify", "Verify a receipt, offline.")),
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

    private static Command Show()
    {
        Argument<string> folder = new("DIR") { Description = "The folder with the ledger files." };
        Option<ulong?> index = new("--index") { Description = "One entry only.", HelpName = "I" };
        Command command = new("show", "Show the public parts of a ledger as JSON lines.\n\nExample: coco ledger show data/node1/manager/ledger --index 1")
        {
            folder, index,
        };
        command.SetAction(parsed =>
        {
            LedgerCheck check = LedgerListing.Run(parsed.GetRequiredValue(folder), parsed.GetValue(index), Console.Out);
            if (check.Problem is { } problem) Console.Error.WriteLine($"The ledger does not hold at entry {problem.Index}: {problem.Message}");
            if (check.Holds && parsed.GetValue(index) > check.LastIndex) Console.Error.WriteLine($"The ledger ends with entry {check.LastIndex}.");
            return check.Holds && !(parsed.GetValue(index) > check.LastIndex) ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static Command Keys()
    {
        Option<DirectoryInfo> data = Shared.Data();
        Option<string?> output = new("--output") { Description = "The file to write; standard output if left out.", HelpName = "FILE" };
        Command command = new("keys", "Write the session keys of a development network's ledger: whoever has them reads everything in it.\n\nExample: coco ledger keys --output keys.json")
        {
            data, output,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            KeyFile keys = await KeyFetch.RunAsync(Shared.DataOf(parsed, data), cancellation);
            Console.Error.WriteLine("WARNING: these keys open everything in the ledger. A node gives them out only because its platform protects nothing.");
            string text = System.Text.Encoding.UTF8.GetString(keys.ToBytes());
            if (parsed.GetValue(output) is { } file) MemberKeys.WriteSecret(file, text);
            else Console.Out.WriteLine(text);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Replay()
    {
        Argument<string> folder = new("DIR") { Description = "The folder with the ledger files." };
        Option<string> keys = new("--keys") { Description = "A key file (coco ledger keys, or a disclosure).", HelpName = "FILE", Required = true };
        Option<string?> genesis = new("--genesis") { Description = "The ledger's genesis file, where the key file does not hold it.", HelpName = "FILE" };
        Option<bool> json = Shared.Json();
        Command command = new("replay", "Execute a ledger again from its genesis and compare.\n\nExample: coco ledger replay data/node1/manager/ledger --keys keys.json")
        {
            folder, keys, genesis, json,
        };
        command.SetAction(parsed =>
        {
            KeyFile read = KeyFile.Read(parsed.GetRequiredValue(keys));
            if (parsed.GetValue(genesis) is { } file) read = read with { Genesis = File.ReadAllBytes(file) };
            LedgerReplay replay = LedgerReplay.Run(LedgerFolderReader.Open(parsed.GetRequiredValue(folder)), read);
            if (parsed.GetValue(json)) Shared.PrintJson(replay);
            else Print(replay);
            return replay.Holds ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static void Print(LedgerReplay replay)
    {
        Console.Out.WriteLine(
            $"{replay.Entries} entries, {replay.Transactions} transactions, {replay.SignaturesChecked} signatures checked, state root {replay.StateRoot ?? "none"}");
        foreach (ReplayMismatch mismatch in replay.Mismatches) Console.Out.WriteLine($"entry {mismatch.Index} differs: {mismatch.Kind}");
        Console.Out.WriteLine(replay.Holds ? "It holds." : $"DOES NOT HOLD{(replay.Problem is { } problem ? $" at entry {problem.Index}: {problem.Message}" : "")}");
    }

    private static void Print(LedgerCheck check)
    {
        Console.Out.WriteLine($"{check.Entries} entries, {check.FirstIndex} to {check.LastIndex}, committed through {check.CommittedThrough}, root {check.Root}");
        Console.Out.WriteLine(check.Problem is { } problem ? $"DOES NOT HOLD at entry {problem.Index}: {problem.Kind}: {problem.Message}" : "It holds.");
    }
}
